using System.Security.Cryptography;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>The object that says whose a store is. Thread-safe; several processes may claim at once, one wins.</summary>
/// <param name="container">The store.</param>
/// <param name="clock">Waits, where the store cannot settle a race.</param>
/// <param name="note">Told what is lost in such a store.</param>
internal sealed class OwnerObject(IObjectContainer container, TimeProvider clock, Action<string> note)
{
    private const int ProbeBytes = 8;
    private const string Key = ".owner", Candidates = ".claims/";

    // Longer than the second in which stores count, and than a small write is under way.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    /// <summary>The owner; null means that nobody has claimed the store.</summary>
    public Task<string?> ReadAsync(CancellationToken ct) => SmallObject.ReadAsync(container, Key, ct);

    /// <summary>Writes down the owner unless there is one; gives who it is from now on.</summary>
    public async Task<string> ClaimAsync(string owner, CancellationToken ct)
    {
        if (await ReadAsync(ct).ConfigureAwait(false) is { } known)
            return known;
        if (await RefusesToReplaceAsync(owner, ct).ConfigureAwait(false))
            await SmallObject.WriteAsync(container, Key, owner, onlyIfAbsent: true, ct).ConfigureAwait(false);
        else
            await SettleAsync(owner, ct).ConfigureAwait(false);
        return await ReadAsync(ct).ConfigureAwait(false)
            ?? throw new StorageFailedException($"{container.Place}/{Key}", "the claim vanished. Look who else writes there, then try again.",
                isTransient: true);
    }

    // Some stores refuse the condition, others take no notice of it: seen by writing twice what may be written once. The name is this process's own: processes
    // of one database that start together would take each other's probes away.
    private async Task<bool> RefusesToReplaceAsync(string owner, CancellationToken ct)
    {
        var probe = $".probe/{owner}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ProbeBytes))}";
        try
        {
            await SmallObject.WriteAsync(container, probe, owner, onlyIfAbsent: false, ct).ConfigureAwait(false);
            return !await SmallObject.WriteAsync(container, probe, owner, onlyIfAbsent: true, ct).ConfigureAwait(false);
        }
        finally
        {
            await container.DeleteAsync(probe, ct).ConfigureAwait(false);
        }
    }

    // Everybody writes down a wish, waits until no earlier one can still appear, and takes the earliest.
    private async Task SettleAsync(string owner, CancellationToken ct)
    {
        note($"{container.Place}: the store ignores conditional writes (If-None-Match). Two databases that claim it at the same moment are told apart by the "
            + "store's clock only, which takes some seconds once; nothing else is lost.");
        await SmallObject.WriteAsync(container, Candidates + owner, owner, onlyIfAbsent: false, ct).ConfigureAwait(false);
        await Task.Delay(s_settled, clock, ct).ConfigureAwait(false);
        ObjectFacts? first = null;
        await foreach (var candidate in container.ListAsync(Candidates, ct).ConfigureAwait(false))
            first = first is null || candidate.WrittenAt < first.WrittenAt ? candidate : first;
        if (await ReadAsync(ct).ConfigureAwait(false) is null && first is not null)
            await SmallObject.WriteAsync(container, Key, first.Key[Candidates.Length..], onlyIfAbsent: false, ct).ConfigureAwait(false);
    }
}
