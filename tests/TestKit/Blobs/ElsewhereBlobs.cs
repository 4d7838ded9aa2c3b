using System.Collections.Concurrent;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.TestKit.Blobs;

/// <summary>A blob store that has no files on this machine, as far as anyone can see; tells what was read of it.</summary>
public sealed class ElsewhereBlobs(IBlobStore inner) : IBlobStore
{
    private readonly ConcurrentDictionary<string, int> _reads = new();

    /// <summary>How often each blob was opened or verified.</summary>
    public IReadOnlyDictionary<string, int> Reads => _reads;

    /// <summary>Changes what is read of a blob, or fails; called with its name whenever one is opened.</summary>
    public Func<string, Stream, Stream> Reading { get; set; } = (_, content) => content;

    /// <summary>Every read of a range.</summary>
    public ConcurrentBag<(string Name, long Offset, int Bytes)> Ranges { get; } = [];

    /// <summary>Awaited before each read of a range, to make it fail or wait.</summary>
    public Func<string, Task> BeforeRange { get; set; } = _ => Task.CompletedTask;

    /// <inheritdoc/>
    public string Place => "elsewhere://test";

    /// <summary>Forgets what was read.</summary>
    public void Forget() => _reads.Clear();

    /// <inheritdoc/>
    public Task<string?> OwnerAsync(CancellationToken ct) => inner.OwnerAsync(ct);

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string owner, CancellationToken ct) => inner.ClaimAsync(owner, ct);

    /// <inheritdoc/>
    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct) => inner.DeleteOlderAsync(name, before, ct);

    /// <inheritdoc/>
    public Task<bool> RenewAsync(string name, CancellationToken ct) => inner.RenewAsync(name, ct);

    /// <inheritdoc/>
    public Task<BlobWriter> CreateAsync(string name, CancellationToken ct) => inner.CreateAsync(name, ct);

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(string name, CancellationToken ct)
    {
        _reads.AddOrUpdate(name, 1, (_, n) => n + 1);
        return Reading(name, await inner.OpenReadAsync(name, ct));
    }

    /// <inheritdoc/>
    public async Task ReadAsync(string name, long offset, Memory<byte> target, CancellationToken ct)
    {
        await BeforeRange(name);
        Ranges.Add((name, offset, target.Length));
        await inner.ReadAsync(name, offset, target, ct);
    }

    /// <inheritdoc/>
    public Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct)
    {
        _reads.AddOrUpdate(name, 1, (_, n) => n + 1);
        return inner.VerifyAsync(name, bytes, checksum, ct);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string name, CancellationToken ct) => inner.LengthAsync(name, ct);

    /// <inheritdoc/>
    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct) => inner.DeleteUncommittedAsync(before, ct);
}
