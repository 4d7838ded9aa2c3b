using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>Reads the files behind what is served, a segment a minute, where they are files of this machine: a store elsewhere looks after its bits itself,
/// and a
/// night reads a sample of what it keeps there. A damaged one is logged and told to readiness; the process goes on serving.</summary>
internal sealed class FileLoop(SnapshotCatalog catalog, Engine engine, LoopWatch watch, InvariantStop invariants, ILoggerFactory logs)
    : ServeLoop("files", watch, invariants), IReadinessPart
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);
    private readonly ServedFiles _files = new(() => [.. catalog.All.Select(s => s.Reader?.Info).OfType<SnapshotInfo>()], engine.Blobs);

    /// <inheritdoc/>
    public Task<PartReadiness> LookAsync(CancellationToken ct) => Task.FromResult(PartReadiness.Works(_files.Problems));

    /// <inheritdoc/>
    protected override async Task LoopAsync(CancellationToken stop)
    {
        var log = logs.CreateLogger("BatchEngine.Serve");
        while (true)
        {
            await Task.Delay(s_pause, engine.Clock, stop).ConfigureAwait(false);
            if (!engine.Copies.AreOwnFiles)
                continue;
            try
            {
                if (await _files.LookAsync(stop).ConfigureAwait(false) is { } damage)
                    ServeEvents.FileDamaged(log, damage);
            }
            catch (StorageFailedException)
            {
                // The disk does not answer now: looked at again at the next turn.
            }
        }
    }
}
