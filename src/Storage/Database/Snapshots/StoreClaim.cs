using System.Security.Cryptography;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Ties a database to its blob store: the database has an identity, and the store says whose it is. A second database over one store would take the
/// blobs of the first for orphans. Thread-safe.</summary>
/// <param name="database">The database.</param>
/// <param name="blobs">The store that the configuration names beside it.</param>
public sealed class StoreClaim(StateDatabase database, IBlobStore blobs)
{
    private const int IdentityBytes = 16;
    private const int ShownCharacters = 8;

    /// <summary>Claims a store that nobody owns, and makes sure that it is this database's.</summary>
    /// <exception cref="BadInputException">It belongs to another database, or holds blobs that no row of this one names.</exception>
    /// <exception cref="StorageFailedException">The store cannot be written.</exception>
    public async Task EnsureAsync(CancellationToken ct)
    {
        var mine = await IdentityAsync(ct).ConfigureAwait(false);
        if (await blobs.OwnerAsync(ct).ConfigureAwait(false) is not { } owner)
        {
            await MustHoldNothingOfOthersAsync(ct).ConfigureAwait(false);
            owner = await blobs.ClaimAsync(mine, ct).ConfigureAwait(false);
        }
        if (owner != mine)
            throw Refused($"the blob store of another database, with the identity {Short(owner)}", Short(mine));
    }

    /// <summary>Whether the store says that it is this database's; only then may it be swept.</summary>
    public async Task<bool> IsOursAsync(CancellationToken ct) =>
        await blobs.OwnerAsync(ct).ConfigureAwait(false) == await IdentityAsync(ct).ConfigureAwait(false);

    private async Task<string> IdentityAsync(CancellationToken ct)
    {
        const string Find = "SELECT id FROM store_identity";
        if (await database.ReadAsync(tx => tx.FindAsync<string>(Find), ct).ConfigureAwait(false) is { } known)
            return known;
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityBytes));
        return await database.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO store_identity (only_one, id) VALUES (1, @id) ON CONFLICT DO NOTHING", new { id }).ConfigureAwait(false);
            return await tx.FindAsync<string>(Find).ConfigureAwait(false) ?? throw new InvariantBrokenException("a stored identity is found", id);
        }, ct).ConfigureAwait(false);
    }

    // A store of an earlier version carries no mark. It is this database's when a row names something of it.
    private async Task MustHoldNothingOfOthersAsync(CancellationToken ct)
    {
        var (own, portion, named) = (0, new List<string>(), new NamedBlobs(database));
        await foreach (var entry in blobs.ListAsync("", ct).ConfigureAwait(false))
        {
            if (!OwnBlobs.IsOne(entry.Name))
                continue;
            portion.Add(entry.Name);
            own++;
            if (portion.Count < StateLimits.MaxListed)
                continue;
            if ((await named.AmongAsync(portion, ct).ConfigureAwait(false)).Count > 0)
                return;
            portion.Clear();
        }
        if ((await named.AmongAsync(portion, ct).ConfigureAwait(false)).Count > 0)
            return;
        if (own > 0)
            throw Refused(FormattableString.Invariant($"{own} blobs of runs and models that this database does not know"), "none");
    }

    private BadInputException Refused(string found, string identity) => new(blobs.Place, found, $"a folder of its own for the database {database.Place} "
        + $"(identity {identity})",
        "Point database at the database that the folder belongs to, or blobs at another folder. Nothing was changed.");

    private static string Short(string identity) => identity[..Math.Min(identity.Length, ShownCharacters)];
}
