using BatchEngine.Storage.Blobs;

namespace BatchEngine.Router.Tests;

/// <summary>Blobs that fail in a way nobody foresaw when a name begins with the given prefix.</summary>
internal sealed class BrokenBlobs(IBlobStore whole, string prefix) : IBlobStore
{
    public string Place => whole.Place;

    public Task<string?> OwnerAsync(CancellationToken ct) => whole.OwnerAsync(ct);

    public Task<string> ClaimAsync(string owner, CancellationToken ct) => whole.ClaimAsync(owner, ct);

    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct) => whole.DeleteOlderAsync(name, before, ct);

    public Task<bool> RenewAsync(string name, CancellationToken ct) => whole.RenewAsync(name, ct);

    public Task<BlobWriter> CreateAsync(string name, CancellationToken ct) => whole.CreateAsync(name, ct);

    public Task<Stream> OpenReadAsync(string name, CancellationToken ct) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? throw new InvalidOperationException(name) : whole.OpenReadAsync(name, ct);

    public Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct) => whole.VerifyAsync(name, bytes, checksum, ct);

    public IAsyncEnumerable<BlobEntry> ListAsync(string some, CancellationToken ct) => whole.ListAsync(some, ct);

    public Task<bool> DeleteAsync(string name, CancellationToken ct) => whole.DeleteAsync(name, ct);

    public Task<long?> LengthAsync(string name, CancellationToken ct) => whole.LengthAsync(name, ct);

    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct) => whole.DeleteUncommittedAsync(before, ct);
}
