using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Host.Composition;

/// <summary>Verifies every byte of every snapshot that is served.</summary>
internal static class ServedSnapshots
{
    /// <summary>What was seen.</summary>
    /// <exception cref="CorruptDataException">One of them cannot be served; what to do is said.</exception>
    public static async Task<string> VerifyAsync(EngineConfiguration configuration, TimeProvider clock, CancellationToken ct)
    {
        await using var database = await StateDatabase.OpenAsync(configuration.Database, clock, ct).ConfigureAwait(false);
        var blobs = BlobStores.Open(configuration.Blobs, configuration.ObjectStore, clock, _ => { });
        using var open = blobs as IDisposable;
        var copies = configuration.CopiesOf(blobs);
        var store = new SnapshotStore(database);
        var (names, keys) = (0, 0L);
        foreach (var contract in await store.ContractsAsync(ct).ConfigureAwait(false))
        {
            if (await store.CurrentAsync(contract.Contract.Name, ct).ConfigureAwait(false) is not { } current)
                continue;
            await VerifyAsync(current, copies, ct).ConfigureAwait(false);
            names++;
            keys += current.Keys;
        }
        return $"{Figures.Count(names, "served snapshot", "served snapshots")} with {Figures.Count(keys, "key", "keys")}, every byte verified";
    }

    private static async Task VerifyAsync(SnapshotInfo current, LocalCopies copies, CancellationToken ct)
    {
        try
        {
            (await SnapshotReader.OpenAsync(current, copies, SnapshotHolding.Mapped, before: null, ct).ConfigureAwait(false)).Dispose();
        }
        catch (BatchEngineException problem) when (problem is not InvariantBrokenException)
        {
            throw new StorageFailedException($"snapshot {current.Id} of '{current.ServingName}'",
                $"It cannot be served: {problem.Message} Restore the file, run the job again, or go back with "
                + $"`batchengine snapshots rollback {current.ServingName}`.", isTransient: false, problem);
        }
    }
}
