using BatchEngine.Storage.Blobs;

namespace BatchEngine.Registry.Tests;

/// <summary>A blob store that has no files on this machine.</summary>
internal sealed class ElsewhereBlobs(IBlobStore inner) : IBlobStore
{
    public string Place => inner.Place;

    public Task<string?> OwnerAsync(CancellationToken ct) => inner.OwnerAsync(ct);

    public Task<string> ClaimAsync(string owner, CancellationToken ct) => inner.ClaimAsync(owner, ct);

    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct) => inner.DeleteOlderAsync(name, before, ct);

    public Task<bool> RenewAsync(string name, CancellationToken ct) => inner.RenewAsync(name, ct);

    public Task<BlobWriter> CreateAsync(string name, CancellationToken ct) => inner.CreateAsync(name, ct);

    public Task<Stream> OpenReadAsync(string name, CancellationToken ct) => inner.OpenReadAsync(name, ct);

    public Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct) => inner.VerifyAsync(name, bytes, checksum, ct);

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

    public Task<bool> DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public Task<long?> LengthAsync(string name, CancellationToken ct) => inner.LengthAsync(name, ct);

    public string? LocalPath(string name) => null;

    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct) => inner.DeleteUncommittedAsync(before, ct);
}
