using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Azure;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.Storage.Blobs.S3;

namespace BatchEngine.Storage.Blobs.Opening;

/// <summary>Opens the blob store that a configuration names.</summary>
public static class BlobStores
{
    /// <summary>Opens it; a folder is created with its first blob, and a bucket is not asked for anything yet. Dispose what is disposable.</summary>
    /// <param name="place">A folder, "s3://bucket/prefix" or "az://container/prefix".</param>
    /// <param name="options">How an object store is reached.</param>
    /// <param name="clock">Waits between tries.</param>
    /// <param name="note">Told, in a sentence, what the store cannot do and what is lost by that.</param>
    /// <exception cref="BadInputException">It is none of these.</exception>
    public static IBlobStore Open(string place, ObjectStoreOptions options, TimeProvider clock, Action<string> note) =>
        place.Contains("://", StringComparison.Ordinal)
            ? new RemoteBlobs(ContainerOf(BucketPlace.Parse(place), options, clock), options, clock, note)
            : new LocalFolderBlobs(place);

    /// <summary>The bucket behind a place.</summary>
    internal static IObjectContainer ContainerOf(BucketPlace place, ObjectStoreOptions options, TimeProvider clock) => place.Scheme switch
    {
        "s3" => new S3Container(place, new S3Connection(place.Bucket, options, clock)),
        "az" => new AzureContainer(place, new AzureConnection(place.Bucket, options, clock)),
        _ => throw new BadInputException("blobs", $"'{place}'", "a folder, s3://BUCKET/PREFIX or az://CONTAINER/PREFIX", "Write a folder without a scheme."),
    };
}
