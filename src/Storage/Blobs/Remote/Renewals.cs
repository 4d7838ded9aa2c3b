using System.Globalization;
using System.Security.Cryptography;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Keeps a sweep and a renewal of one blob apart, in a store that can neither rename nor delete on a condition. Thread-safe; any number of processes
/// may renew and sweep at once.</summary>
/// <remarks>
/// A renewal writes a marker, waits while a sweep has announced itself, and only then looks whether the blob is there. A sweep announces itself first, then
/// looks
/// for the marker, then at the blob's age, then deletes. Whichever of marker and announcement was written first is seen by the other side: the sweep spares
/// the blob, or the renewal hears that it is gone. The marker stays, so the blob itself is not copied: a copy costs its length, is refused from 5 GB on, and
/// can change the ETag under those who read.
/// What remains: an announcement binds for five minutes, and a sweep gives up after two; a process that is stopped between the last look and the delete, and
/// continued more than five minutes later, could take a blob that was renewed meanwhile. A blob that is
/// written anew under the name of an orphan, without a renewal before, can meet a sweep of that orphan: who may find an old blob renews it first.
/// </remarks>
/// <param name="container">The store.</param>
/// <param name="clock">Waits, and ends a sweep that was held up.</param>
internal sealed class Renewals(IObjectContainer container, TimeProvider clock)
{
    /// <summary>Where markers and announcements lie: no blob has such a name.</summary>
    public const string Markers = ".renewed/", Announcements = ".sweeping/";
    private const int IdBytes = 8;
    private static readonly TimeSpan s_binding = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_mostHeldUp = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes a blob young; false means that there is none.</summary>
    public async Task<bool> RenewAsync(string name, CancellationToken ct)
    {
        if (await container.FindAsync(name, ct).ConfigureAwait(false) is null)
            return false;
        var marker = Markers + name;
        await WriteAsync(marker, ct).ConfigureAwait(false);
        if (await container.FindAsync(marker, ct).ConfigureAwait(false) is { } written)
            await WaitForSweepsAsync(name, written.WrittenAt, ct).ConfigureAwait(false);
        return await container.FindAsync(name, ct).ConfigureAwait(false) is not null;
    }

    /// <summary>Removes a blob that was written and renewed before the instant; false means that it is younger or gone.</summary>
    public async Task<bool> SweepAsync(string name, DateTimeOffset before, CancellationToken ct)
    {
        if (await container.FindAsync(name, ct).ConfigureAwait(false) is not { } seen || seen.WrittenAt >= before)
            return false;
        var announcement = string.Create(CultureInfo.InvariantCulture,
            $"{Announcements}{name}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes))}");
        using var limit = new CancellationTokenSource(s_mostHeldUp, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await WriteAsync(announcement, either.Token).ConfigureAwait(false);
            return await DeleteUnlessRenewedAsync(name, before, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false; // Held up for too long: the next sweep looks again.
        }
        finally
        {
            await container.DeleteAsync(announcement, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Removes markers and announcements that were written before the instant.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken ct)
    {
        foreach (var prefix in new[] { Markers, Announcements })
        {
            await foreach (var old in container.ListAsync(prefix, ct).ConfigureAwait(false))
            {
                if (old.WrittenAt < before)
                    await container.DeleteAsync(old.Key, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> DeleteUnlessRenewedAsync(string name, DateTimeOffset before, CancellationToken ct)
    {
        var marker = await container.FindAsync(Markers + name, ct).ConfigureAwait(false);
        if (marker?.WrittenAt >= before)
            return false;
        // The age is looked at after the marker, so that a marker that has gone since is no loss.
        if (await container.FindAsync(name, ct).ConfigureAwait(false) is not { } blob || blob.WrittenAt >= before)
            return false;
        await container.DeleteAsync(name, ct).ConfigureAwait(false);
        if (marker is not null)
            await container.DeleteAsync(marker.Key, ct).ConfigureAwait(false);
        return true;
    }

    private Task WriteAsync(string key, CancellationToken ct) => container.PutAsync(key, ReadOnlyMemory<byte>.Empty, SmallObject.EmptyChecksum,
        onlyIfAbsent: false, ct);

    private async Task WaitForSweepsAsync(string name, DateTimeOffset now, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        while (await IsSweptAsync(name, now + clock.GetElapsedTime(start), ct).ConfigureAwait(false))
            await Task.Delay(s_wait, clock, ct).ConfigureAwait(false);
    }

    // A sweep that died leaves its announcement behind; after some minutes it no longer binds.
    private async Task<bool> IsSweptAsync(string name, DateTimeOffset now, CancellationToken ct)
    {
        await foreach (var announced in container.ListAsync($"{Announcements}{name}/", ct).ConfigureAwait(false))
        {
            if (now - announced.WrittenAt < s_binding)
                return true;
        }
        return false;
    }
}
