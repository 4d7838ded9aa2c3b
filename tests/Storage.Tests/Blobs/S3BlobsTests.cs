using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

/// <summary>What every blob store promises, over our own small S3, in parts small enough that every upload has several.</summary>
public sealed class S3BlobsTests : BlobStoreContract, IAsyncLifetime
{
    private const string Bucket = "test-bucket";
    private ObjectServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ObjectServer.StartAsync(Bucket);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    protected override IBlobStore CreateSut() =>
        BlobStores.Open($"s3://{Bucket}/night/blobs", _server.Options with { PartBytes = 1 << 20 }, TimeProvider.System, Assert.Fail);

    protected override Task AgeAsync(string name, TimeSpan age)
    {
        _server.Bucket(Bucket).Age($"night/blobs/{name}", age);
        return Task.CompletedTask;
    }
}
