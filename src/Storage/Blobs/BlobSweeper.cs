using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Removes blobs that no row names, and temporaries of writers that died. Only names that this program gives are looked at. Thread-safe; several
/// sweeps at once do no harm.</summary>
/// <param name="blobs">The store.</param>
/// <param name="clock">Tells how old a blob is.</param>
public sealed class BlobSweeper(IBlobStore blobs, TimeProvider clock)
{
    private const int PortionBlobs = 1_000;

    /// <summary>The default grace: longer than any writer takes from its first byte to the row that names the blob.</summary>
    public static TimeSpan DefaultGrace { get; } = TimeSpan.FromHours(24);

    /// <summary>Removes what no row names and is older than the grace, once. A portion of the store is looked at at a time.</summary>
    /// <param name="prefixes">Only blobs whose names begin with one of these are looked at; an empty one stands for all of the store.</param>
    /// <param name="amongAsync">Tells which of some names a row names. It is asked after those blobs are listed, so that a blob named meanwhile is never taken
    /// for an orphan.</param>
    /// <param name="grace">Orphans and temporaries younger than this are spared: their row may be on its way.</param>
    /// <param name="ct">Stops between two blobs.</param>
    /// <exception cref="StorageFailedException">The store failed; what was removed stays removed.</exception>
    public async Task<SweepResult> SweepAsync(IEnumerable<string> prefixes, Func<IReadOnlyCollection<string>, CancellationToken,
        Task<IReadOnlySet<string>>> amongAsync,
        TimeSpan grace, CancellationToken ct)
    {
        var before = clock.GetUtcNow() - grace;
        var (removed, bytes, spared) = (new List<string>(), 0L, 0);
        foreach (var prefix in prefixes)
        {
            var portion = new List<BlobEntry>();
            await foreach (var entry in blobs.ListAsync(prefix, ct).ConfigureAwait(false))
            {
                if (!OwnBlobs.IsOne(entry.Name))
                    continue;
                // A run's blobs stay together, since its rows are read to tell which of them are named.
                if (portion.Count >= PortionBlobs && FolderOf(entry.Name) != FolderOf(portion[^1].Name))
                    await SweepAsync(portion).ConfigureAwait(false);
                portion.Add(entry);
            }
            await SweepAsync(portion).ConfigureAwait(false);
        }
        return new SweepResult(removed, bytes, await blobs.DeleteUncommittedAsync(before, ct).ConfigureAwait(false), spared);

        async Task SweepAsync(List<BlobEntry> portion)
        {
            var named = portion.Count == 0 ? new HashSet<string>() : await amongAsync([.. portion.Select(e => e.Name)], ct).ConfigureAwait(false);
            foreach (var orphan in portion.Where(e => !named.Contains(e.Name)))
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
            portion.Clear();
        }
    }

    private static string FolderOf(string name) => name.Split('/') is ["runs", var run, ..] ? run : "";
}
