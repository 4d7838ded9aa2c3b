using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>A bucket of one provider below one prefix. Keys are relative to the prefix. Each method is tried again by itself while that can help, and fails
/// with
/// a <see cref="StorageFailedException"/> that names bucket and key. Thread-safe.</summary>
internal interface IObjectContainer : IDisposable
{
    /// <summary>Scheme, bucket and prefix, for messages.</summary>
    string Place { get; }

    /// <summary>What the store says of an object; null means that there is none.</summary>
    Task<ObjectFacts?> FindAsync(string key, CancellationToken ct);

    /// <summary>Fills the memory from the object's bytes.</summary>
    /// <param name="facts">The object, as it was when it was opened.</param>
    /// <param name="from">The first byte; all that are asked for must be inside the object.</param>
    /// <param name="into">What to fill.</param>
    /// <param name="ct">Stops.</param>
    /// <exception cref="StorageFailedException">It was replaced meanwhile.</exception>
    /// <exception cref="CorruptDataException">It is gone.</exception>
    Task ReadAsync(ObjectFacts facts, long from, Memory<byte> into, CancellationToken ct);

    /// <summary>Writes an object whole, in one request; gives false when it is there already and may not be replaced.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">All of it.</param>
    /// <param name="checksum">XxHash3 of it, to be noted beside it.</param>
    /// <param name="onlyIfAbsent">Whether the store must refuse when there is such an object. Not every store can.</param>
    /// <param name="ct">Stops before the write.</param>
    Task<bool> PutAsync(string key, ReadOnlyMemory<byte> content, ulong checksum, bool onlyIfAbsent, CancellationToken ct);

    /// <summary>Starts an object that is written in parts.</summary>
    Task<IObjectUpload> StartUploadAsync(string key, CancellationToken ct);

    /// <summary>Objects whose key starts with the prefix, by key (ordinal), a page at a time.</summary>
    IAsyncEnumerable<ObjectFacts> ListAsync(string prefix, CancellationToken ct);

    /// <summary>Removes an object; nothing happens when there is none.</summary>
    Task DeleteAsync(string key, CancellationToken ct);

    /// <summary>Gives up uploads that were started before the instant; gives how many, null when the store cannot list them.</summary>
    Task<int?> AbortUploadsAsync(DateTimeOffset before, CancellationToken ct);
}
