using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Host.Composition;

/// <summary>Reads every byte of a snapshot before a person lets it serve: the pointer would move to what no router can open.</summary>
internal static class SnapshotCheck
{
    private const int MaxReads = 8;

    /// <summary>Reads it.</summary>
    /// <exception cref="StorageFailedException">A segment is missing or damaged; the snapshot and what to do are named.</exception>
    public static async Task RequireSoundAsync(SnapshotInfo snapshot, IBlobStore blobs, CancellationToken ct)
    {
        var damages = new string?[snapshot.Segments.Count];
        await Parallel.ForAsync(0, damages.Length, new ParallelOptions { MaxDegreeOfParallelism = MaxReads, CancellationToken = ct },
            async (i, token) => damages[i] = await ArtifactCheck.ReadAsync(blobs, snapshot.Segments[i].Artifact, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        if (damages.FirstOrDefault(d => d is not null) is { } damage)
            throw new StorageFailedException($"snapshot {snapshot.Id} of '{snapshot.ServingName}'", $"It cannot be served, and nothing was changed: {damage} "
                + $"Restore the file, or choose another snapshot of `batchengine snapshots list {snapshot.ServingName}`.", isTransient: false);
    }
}
