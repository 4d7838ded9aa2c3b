using System.Globalization;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

/// <summary>What every blob store promises, over a server that somebody else wrote.</summary>
public sealed class S3rverBlobsTests : BlobStoreContract, IClassFixture<S3rverServer>
{
    private static int s_tests;
    private readonly S3rverServer _server;
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref s_tests)}");

    public S3rverBlobsTests(S3rverServer server)
    {
        _server = server;
        server.Need();
    }

    protected override IBlobStore CreateSut() =>
        BlobStores.Open($"s3://{S3rverServer.Bucket}/{_prefix}", _server.Options with { PartBytes = 1 << 20 }, TimeProvider.System, _ => { });

    protected override Task AgeAsync(string name, TimeSpan age)
    {
        _server.Age($"{_prefix}/{name}", age);
        return Task.CompletedTask;
    }
}
