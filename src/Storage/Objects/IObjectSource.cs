namespace BatchEngine.Storage.Objects;

/// <summary>Objects of others in one bucket or container: only listed and read. Thread-safe.</summary>
/// <remarks>A store or network that fails, a bucket that is missing or may not be read is a <see cref="Domain.StorageFailedException"/>; what may pass is
/// tried again before.</remarks>
public interface IObjectSource
{
    /// <summary>Lists, page by page as it is read on, in the store's order.</summary>
    /// <param name="prefix">What the keys begin with; the empty text lists all.</param>
    /// <param name="ct">Stops between pages.</param>
    IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken ct);

    /// <summary>Reads a part of an object, if it is still the one that is meant.</summary>
    /// <param name="key">The object.</param>
    /// <param name="eTag">The ETag that it is to have.</param>
    /// <param name="from">The first byte.</param>
    /// <param name="into">Is filled whole; the object has at least so many bytes from there.</param>
    /// <param name="ct">Stops reading.</param>
    /// <returns>The object's ETag: if it is another than the asked one, nothing was read; null means that there is no such object any more.</returns>
    Task<string?> ReadAsync(string key, string eTag, long from, Memory<byte> into, CancellationToken ct);
}
