using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Removes blobs that no row names, and temporaries of writers that died. Only names that this program gives are looked at. Thread-safe; several
/// sweeps at once do no harm.</summary>
/// <param name="blobs">The store.</param>
/// <param name="clock">Tells how old a blob is.</param>
public sealed class BlobSweeper(IBlobStore blobs, TimeProvider clock)
{
    /// <summary>The default grace: longer than any writer takes from its first byte to the row that names the blob.</summary>
    public static TimeSpan DefaultGrace { get; } = TimeSpan.FromHours(24);

    /// <summary>Removes what no row names and is older than the grace, once.</summary>
    /// <param name="namedAsync">Reads every name that a row names. It is asked after the blobs are listed, so that a blob named meanwhile is never taken for
    /// an orphan.</param>
    /// <param name="grace">Orphans and temporaries younger than this are spared: their row may be on its way.</param>
    /// <param name="ct">Stops between two blobs.</param>
    /// <exception cref="StorageFailedException">The store failed; what was removed stays removed.</exception>
    public async Task<SweepResult> SweepAsync(Func<CancellationToken, Task<IReadOnlySet<string>>> namedAsync, TimeSpan grace, CancellationToken ct)
    {
        var before = clock.GetUtcNow() - grace;
        var entries = new List<BlobEntry>();
        await foreach (var entry in blobs.ListAsync("", ct).ConfigureAwait(false))
        {
            if (OwnBlobs.IsOne(entry.Name))
                entries.Add(entry);
        }
        var named = await namedAsync(ct).ConfigureAwait(false);
        var removed = new List<string>();
        long bytes = 0;
        var spared = 0;
        foreach (var orphan in entries.Where(e => !named.Contains(e.Name)))
        {
            if (orphan.CommittedAt >= before)
            {
                spared++;
            }
            else if (await blobs.DeleteOlderAsync(orphan.Name, before, ct).ConfigureAwait(false))
            {
                removed.Add(orphan.Name);
                bytes += orphan.Bytes;
            }
        }
        return new SweepResult(removed, bytes, await blobs.DeleteUncommittedAsync(before, ct).ConfigureAwait(false), spared);
    }
}
