using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Swaps in what is published.</summary>
internal sealed class SwapLoop(LookupService lookups, LoopWatch watch, InvariantStop invariants) : ServeLoop("swaps", watch, invariants)
{
    /// <inheritdoc/>
    protected override Task LoopAsync(CancellationToken stop) => lookups.Catalog.FollowAsync(stop);
}
