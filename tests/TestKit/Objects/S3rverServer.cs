using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.TestKit.Objects;

/// <summary>npm's s3rver: a real S3 server over a folder. It knows neither conditional writes nor lists of unfinished uploads.</summary>
public sealed class S3rverServer : NodeServer
{
    /// <summary>The bucket that it has.</summary>
    public const string Bucket = "test-bucket";

    /// <summary>How to reach it.</summary>
    public ObjectStoreOptions Options => new() { Endpoint = $"http://127.0.0.1:{PortText}", RetryFor = TimeSpan.FromSeconds(10) };

    /// <inheritdoc/>
    protected override string Script => "s3rver/bin/s3rver.js";

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["-d", Folder, "-a", "127.0.0.1", "-p", PortText, "--silent", "--configure-bucket", Bucket];

    /// <inheritdoc/>
    public override ValueTask InitializeAsync()
    {
        TestCredentials.Set();
        return base.InitializeAsync();
    }

    /// <summary>Makes an object as old as given.</summary>
    public void Age(string key, TimeSpan age) => File.SetLastWriteTimeUtc(Path.Combine(Folder, Bucket, key + "._S3rver_object"), DateTime.UtcNow - age);
}
