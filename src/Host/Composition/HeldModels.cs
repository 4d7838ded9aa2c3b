using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>The models and bases of the runs that the workers of one process are at: shared by the workers of one run, kept for a next visit of the latest, and
/// freed then, since a worker lives through many nights and their models. Safe for several threads; dispose it after all work has ended.</summary>
/// <param name="engine">The opened state.</param>
/// <param name="note">Told about models, in a sentence.</param>
internal sealed class HeldModels(Engine engine, Action<string> note) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunId, (Set Set, int Users)> _held = [];
    private RunId? _latest;

    /// <summary>What a run needs, until the answer is disposed.</summary>
    public Set Take(RunId run)
    {
        lock (_lock)
        {
            var (set, users) = _held.TryGetValue(run, out var there) ? there : (new Set(this, run, engine, note), 0);
            _held[run] = (set, users + 1);
            _latest = run;
            foreach (var over in _held.Where(h => h.Value.Users == 0).Select(h => h.Key).ToList())
                Free(over);
            return set;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var run in _held.Keys.ToList())
                Free(run);
        }
    }

    private void GiveBack(RunId run)
    {
        lock (_lock)
        {
            var (set, users) = _held[run];
            _held[run] = (set, users - 1);
            if (users == 1 && run != _latest)
                Free(run);
        }
    }

    private void Free(RunId run)
    {
        _held.Remove(run, out var over);
        over.Set.Bases.Dispose();
        over.Set.Models.Dispose();
    }

    /// <summary>What one run needs; disposing gives it back.</summary>
    internal sealed class Set(HeldModels owner, RunId run, Engine engine, Action<string> note) : IDisposable
    {
        /// <summary>Finds the files of models.</summary>
        public ModelLocator Locator { get; } = new(engine.Registry);

        /// <summary>The models in memory.</summary>
        public LoadedModels Models { get; } = new(new ModelLocator(engine.Registry), engine.Configuration.Execution, note);

        /// <summary>The snapshots that unchanged rows are looked up in.</summary>
        public BaseSnapshots Bases { get; } = new(new SnapshotStore(engine.Database), new DecisionStore(engine.Database), engine.Copies, engine.Clock);

        /// <inheritdoc/>
        public void Dispose() => owner.GiveBack(run);
    }
}
