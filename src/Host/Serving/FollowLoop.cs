using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>Reads which snapshots are published, for an endpoint that opens none.</summary>
internal sealed class FollowLoop(PublishedSnapshots published, RealtimeService realtime, LoopWatch watch, InvariantStop invariants)
    : ServeLoop("published", watch, invariants), IBeforeListening
{
    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken ct)
    {
        await published.TryRefreshAsync(ct).ConfigureAwait(false);
        await realtime.Models.KeepWarmAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task LoopAsync(CancellationToken stop) => published.FollowAsync(stop);
}
