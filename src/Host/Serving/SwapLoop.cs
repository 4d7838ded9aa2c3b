using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>Swaps in what is published.</summary>
internal sealed class SwapLoop(SnapshotCatalog catalog, LoopWatch watch, InvariantStop invariants, ILoggerFactory logs)
    : ServeLoop("swaps", watch, invariants), IBeforeListening
{
    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken ct)
    {
        var log = logs.CreateLogger("BatchEngine.Serve");
        catalog.Tell = problem => ServeEvents.NotServed(log, problem);
        await catalog.RefreshAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task LoopAsync(CancellationToken stop) => catalog.FollowAsync(stop);
}
