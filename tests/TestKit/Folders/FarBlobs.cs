using System.Collections.Concurrent;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.TestKit.Folders;

/// <summary>Blobs that are not on this machine, as far as anybody can tell, and what was read of each. Thread-safe.</summary>
/// <param name="inner">Where they are.</param>
public sealed class FarBlobs(IBlobStore inner) : IBlobStore
{
    /// <summary>Every ranged read.</summary>
    public ConcurrentBag<(string Name, long Offset, int Bytes)> Reads { get; } = [];

    /// <summary>Awaited before each ranged read, to make it fail or wait.</summary>
    public Func<string, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <inheritdoc/>
    public string Place => inner.Place;

    /// <inheritdoc/>
    public async Task ReadAsync(string name, long offset, Memory<byte> target, CancellationToken ct)
    {
        await BeforeRead(name);
        Reads.Add((name, offset, target.Length));
        await inner.ReadAsync(name, offset, target, ct);
    }

    /// <inheritdoc/>
    public Task<string?> OwnerAsync(CancellationToken ct) => inner.OwnerAsync(ct);

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string owner, CancellationToken ct) => inner.ClaimAsync(owner, ct);

    /// <inheritdoc/>
    public Task<BlobWriter> CreateAsync(string name, CancellationToken ct) => inner.CreateAsync(name, ct);

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string name, CancellationToken ct) => inner.OpenReadAsync(name, ct);

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string name, CancellationToken ct) => inner.LengthAsync(name, ct);

    /// <inheritdoc/>
    public Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct) => inner.VerifyAsync(name, bytes, checksum, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    /// <inheritdoc/>
    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct) => inner.DeleteOlderAsync(name, before, ct);

    /// <inheritdoc/>
    public Task<bool> RenewAsync(string name, CancellationToken ct) => inner.RenewAsync(name, ct);

    /// <inheritdoc/>
    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct) => inner.DeleteUncommittedAsync(before, ct);
}
