using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.Storage.Blobs.S3;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Storage.Blobs.Opening;

/// <summary>The buckets that inputs of jobs lie in, each connected once, all reached in the same way. Thread-safe; dispose it after all reading has
/// ended.</summary>
/// <param name="options">How an object store is reached.</param>
/// <param name="clock">Waits between tries.</param>
public sealed class ObjectSources(ObjectStoreOptions options, TimeProvider clock) : IObjectSources, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<S3Source>> _buckets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IObjectSource Of(ObjectUri uri) => uri.Scheme == "s3"
        ? _buckets.GetOrAdd(uri.Container, bucket => new Lazy<S3Source>(() => new S3Source(new S3Connection(bucket, options, clock)))).Value
        : throw new BadInputException(uri.ToString(), $"a URI of {uri.Scheme}://", "s3://BUCKET/KEY or a path of this machine",
            "Copy the files to an S3 bucket or to this machine, and name them there.");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var bucket in _buckets.Values.Where(b => b.IsValueCreated))
            bucket.Value.Dispose();
    }
}
