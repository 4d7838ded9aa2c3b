using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Scorer.Live;
using BatchEngine.Storage.Database;

namespace BatchEngine.Host.Adapters;

/// <summary>Scores live with exactly the model and features of the snapshot that is served, and meters the time it takes. Thread-safe.</summary>
internal sealed class LiveModels(SnapshotCatalog catalog, RunStore runs, ModelLocator locator, TimeProvider clock) : ILiveScoring, IDisposable
{
    private readonly ConcurrentDictionary<RunId, Lazy<Task<LiveScoring>>> _models = new();
    private readonly ConcurrentDictionary<string, LiveMeter> _meters = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<LiveOutcome> ScoreAsync(string servingName, IReadOnlyDictionary<string, object?> features, CancellationToken ct)
    {
        if (catalog.Find(servingName)?.Reader?.Info is not { } snapshot)
            return new LiveOutcome.Failed($"'{servingName}' has no published snapshot yet, so no model is chosen.");
        var entry = _models.GetOrAdd(snapshot.Run, run => new Lazy<Task<LiveScoring>>(() => LoadAsync(run)));
        LiveScoring model;
        try
        {
            model = await entry.Value.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (BatchEngineException problem)
        {
            _models.TryRemove(KeyValuePair.Create(snapshot.Run, entry));
            return new LiveOutcome.Failed(problem.Message);
        }

        var started = clock.GetTimestamp();
        try
        {
            return new LiveOutcome.Scored(model.Score(features), snapshot.Model, model.Outputs);
        }
        finally
        {
            _meters.GetOrAdd(servingName, _ => new LiveMeter()).Add(clock.GetElapsedTime(started));
        }
    }

    /// <summary>Takes the busy time and predictions of each name since the last call.</summary>
    public IReadOnlyList<(string ServingName, TimeSpan Busy, long Predictions)> TakeMeters() =>
        [.. _meters.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (m.Key, m.Value.Take())).Select(m => (m.Key, m.Item2.Busy, m.Item2.Predictions))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            if (model is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                model.Value.Result.Dispose();
        }
    }

    private async Task<LiveScoring> LoadAsync(RunId run)
    {
        var plan = await runs.PlanAsync(run, CancellationToken.None).ConfigureAwait(false) ?? throw new InvariantBrokenException("a published run has a plan", run.ToString());
        return new LiveScoring(await locator.PathOfAsync(plan.Model, plan.ModelArtifact, CancellationToken.None).ConfigureAwait(false), plan.Features, plan.Manifest.Columns);
    }
}
