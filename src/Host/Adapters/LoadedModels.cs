using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Host.Adapters;

/// <summary>The models this process has in memory: each loaded once, shared by all workers. Thread-safe; disposing frees them, so dispose it after all work
/// has ended.</summary>
/// <param name="locator">Finds files.</param>
/// <param name="execution">Where models run.</param>
/// <param name="note">Told why a model does not run where it should.</param>
internal sealed class LoadedModels(ModelLocator locator, ExecutorOptions execution, Action<string> note) : IDisposable
{
    private readonly ConcurrentDictionary<(Digest Model, Digest Features, string Outputs), Lazy<Task<LoadedModel>>> _loaded = new();

    /// <summary>The model of a plan, loaded for its features.</summary>
    /// <exception cref="BadInputException">It is missing, damaged or does not match the features.</exception>
    public Task<LoadedModel> GetAsync(RunPlan plan, CancellationToken ct) => GetAsync(plan.Model, plan.ModelArtifact, plan.Features,
        plan.Job.Outputs, ct);

    /// <summary>A model loaded for the given features and outputs. Concurrent callers share one load; a failed load is tried again by the next
    /// caller.</summary>
    /// <exception cref="BadInputException">It is missing, damaged or does not match the features.</exception>
    public async Task<LoadedModel> GetAsync(ModelVersion model, string artifact, FeatureSpec features, IReadOnlyList<string> outputs, CancellationToken ct)
    {
        var key = (model.Digest, features.ContentHash, string.Join('\n', outputs));
        var entry = _loaded.GetOrAdd(key, _ => new Lazy<Task<LoadedModel>>(() => Task.Run(() => LoadAsync(model, artifact, features, outputs))));
        try
        {
            return await entry.Value.WaitAsync(ct).ConfigureAwait(false);
        }
        catch when (entry.Value.IsFaulted)
        {
            _loaded.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _loaded.Values)
        {
            if (entry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                entry.Value.Result.Dispose();
        }
    }

    private async Task<LoadedModel> LoadAsync(ModelVersion model, string artifact, FeatureSpec features, IReadOnlyList<string> outputs)
    {
        var path = await locator.PathOfAsync(model, artifact, CancellationToken.None).ConfigureAwait(false);
        var loaded = ExecutorFactory.Open(path, features.FeatureNames, execution with { Outputs = outputs });
        if (loaded.DeviceNote is { } reason)
            note($"{model}: {reason}.");
        foreach (var caveat in loaded.Caveats.Scores)
            note($"{model}: {caveat}");
        return loaded;
    }
}
