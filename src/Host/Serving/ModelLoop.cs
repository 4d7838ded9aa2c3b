using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Keeps the models of the served snapshots in memory.</summary>
internal sealed class ModelLoop(RealtimeService realtime, LoopWatch watch, InvariantStop invariants) : ServeLoop("models", watch, invariants)
{
    /// <inheritdoc/>
    protected override Task LoopAsync(CancellationToken stop) => realtime.KeepWarmAsync(stop);
}
