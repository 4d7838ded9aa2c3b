using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.Storage.Blobs.S3;

namespace BatchEngine.Storage.Blobs.Opening;

/// <summary>Opens the blob store that a configuration names.</summary>
public static class BlobStores
{
    /// <summary>Opens it; a folder is created with its first blob, and a bucket is not asked for anything yet. Dispose what is disposable.</summary>
    /// <param name="place">A folder, or "s3://bucket/prefix".</param>
    /// <param name="options">How an object store is reached.</param>
    /// <param name="clock">Waits between tries.</param>
    /// <param name="note">Told, in a sentence, what the store cannot do and what is lost by that.</param>
    /// <exception cref="BadInputException">It is neither.</exception>
    public static IBlobStore Open(string place, ObjectStoreOptions options, TimeProvider clock, Action<string> note)
    {
        if (!place.Contains("://", StringComparison.Ordinal))
            return new LocalFolderBlobs(place);
        var bucket = BucketPlace.Parse(place);
        return bucket.Scheme switch
        {
            "s3" => new RemoteBlobs(new S3Container(bucket, options, clock), options, clock, note),
            _ => throw new BadInputException("blobs", $"'{place}'", "a folder, or s3://BUCKET/PREFIX", "Write a folder without a scheme."),
        };
    }
}
