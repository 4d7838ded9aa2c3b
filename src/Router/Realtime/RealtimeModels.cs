using System.Collections.Concurrent;
using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>
/// Scores in real time with exactly the model and features of the snapshot that is served, and meters the time it takes. Owns the models: each is loaded once,
/// kept while its snapshot is served, and freed when no call can use it any more. Thread-safe; keeping warm is one caller's work.
/// </summary>
/// <param name="served">The runs whose models real-time scoring may need now.</param>
/// <param name="source">Opens the models.</param>
/// <param name="clock">The machine's clock.</param>
public sealed class RealtimeModels(Func<IEnumerable<RunId>> served, IRealtimeModelSource source, TimeProvider clock) : IRealtimeScoring, IDisposable
{
    private readonly ConcurrentDictionary<RunId, Lazy<Task<IRealtimeModel>>> _models = new();
    private readonly ConcurrentDictionary<string, RealtimeMeter> _meters = new(StringComparer.Ordinal);
    private readonly List<(Lazy<Task<IRealtimeModel>> Model, long RetiredAt)> _retired = [];

    /// <inheritdoc/>
    public async Task<RealtimeOutcome> ScoreAsync(string servingName, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features,
        CancellationToken ct)
    {
        var entry = EntryOf(snapshot.Run);
        IRealtimeModel model;
        try
        {
            model = await entry.Value.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (BatchEngineException problem) when (problem is not InvariantBrokenException)
        {
            _models.TryRemove(KeyValuePair.Create(snapshot.Run, entry));
            return new RealtimeOutcome.Failed($"The model of '{servingName}' cannot be loaded; the engine's log says why.", problem);
        }

        var started = clock.GetTimestamp();
        Prediction? prediction = null;
        try
        {
            prediction = model.Score(features);
            return new RealtimeOutcome.Scored(prediction, snapshot.Model, model.Outputs);
        }
        finally
        {
            _meters.GetOrAdd(servingName, _ => new RealtimeMeter()).Add(clock.GetElapsedTime(started), prediction is not null);
        }
    }

    /// <summary>Loads the models of the snapshots served now, so that no caller's deadline pays for it, and frees those of snapshots that no longer are. A
    /// model that cannot be loaded is left to the call that needs it.</summary>
    public async Task KeepWarmAsync()
    {
        var wanted = served().ToHashSet();
        foreach (var run in wanted)
        {
            var entry = EntryOf(run);
            await ((Task)entry.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!entry.Value.IsCompletedSuccessfully)
                _models.TryRemove(KeyValuePair.Create(run, entry));
        }
        foreach (var entry in _models.Where(m => !wanted.Contains(m.Key)))
        {
            if (_models.TryRemove(entry))
                _retired.Add((entry.Value, clock.GetTimestamp()));
        }
        // A call that found the model before it was retired has ended by then: no flight is longer.
        foreach (var old in _retired.Where(r => clock.GetElapsedTime(r.RetiredAt) > 2 * RealtimeDoor.MaxFlight).ToList())
        {
            _retired.Remove(old);
            Free(old.Model);
        }
    }

    /// <summary>Whether the run's model is in memory.</summary>
    public bool IsLoaded(RunId run) => _models.TryGetValue(run, out var entry) && entry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };

    /// <summary>Takes the busy time and predictions of each name since the last call.</summary>
    public IReadOnlyList<(string ServingName, TimeSpan Busy, long Predictions)> TakeMeters() =>
        [.. _meters.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (m.Key, m.Value.Take())).Select(m => (m.Key, m.Item2.Busy, m.Item2.Predictions))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _models.Values.Concat(_retired.Select(r => r.Model)))
            Free(model);
    }

    // On a thread of its own, so that a caller whose deadline passes first does not wait for it.
    private Lazy<Task<IRealtimeModel>> EntryOf(RunId run) =>
        _models.GetOrAdd(run, r => new Lazy<Task<IRealtimeModel>>(() => Task.Run(() => source.LoadAsync(r))));

    private static void Free(Lazy<Task<IRealtimeModel>> model)
    {
        if (model is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            model.Value.Result.Dispose();
    }
}
