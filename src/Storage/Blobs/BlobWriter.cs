namespace BatchEngine.Storage.Blobs;

/// <summary>One blob being written. Not thread-safe. Disposing without committing leaves nothing behind.</summary>
public abstract class BlobWriter : IAsyncDisposable
{
    /// <summary>The name the blob will have.</summary>
    public abstract string Name { get; }

    /// <summary>Takes the content, front to back; it cannot seek. Disposing it does not commit.</summary>
    public abstract Stream Content { get; }

    /// <summary>Makes the bytes durable and then visible under the name, in one step.</summary>
    /// <exception cref="Domain.StorageFailedException">The disk or network failed; nothing is visible.</exception>
    /// <exception cref="InvalidOperationException">It was committed or disposed before.</exception>
    public abstract Task<BlobInfo> CommitAsync(CancellationToken ct);

    /// <summary>Removes the temporary when nothing was committed.</summary>
    public abstract ValueTask DisposeAsync();
}
