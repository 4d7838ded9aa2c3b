namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>Hashes bytes front to back. Not thread-safe.</summary>
internal abstract class ContentHash : IDisposable
{
    /// <summary>Takes the next bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>What was found, in the words of <see cref="ContentMark.Text"/>; called once.</summary>
    public abstract string Finish();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
