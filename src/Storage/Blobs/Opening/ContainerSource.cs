using System.Runtime.CompilerServices;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Storage.Blobs.Opening;

/// <summary>A bucket of others, listed and read as inputs are. Thread-safe.</summary>
/// <param name="container">The whole bucket; it is disposed with this.</param>
internal sealed class ContainerSource(IObjectContainer container) : IObjectSource, IDisposable
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var found in container.ListAsync(prefix, ct).ConfigureAwait(false))
            yield return new ObjectEntry(found.Key, found.Bytes, Plain(found.ETag), found.WrittenAt);
    }

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(string key, string eTag, long from, Memory<byte> into, CancellationToken ct)
    {
        try
        {
            await container.ReadAsync(new ObjectFacts(key, 0, $"\"{eTag}\"", default), from, into, ct).ConfigureAwait(false);
            return eTag;
        }
        catch (Exception e) when (e is CorruptDataException or StorageFailedException { IsTransient: false })
        {
            // Replaced or gone: which of the two, and what it is now, is asked only then.
            var now = await container.FindAsync(key, ct).ConfigureAwait(false);
            if (now is null)
                return null;
            if (Plain(now.ETag) == eTag)
                throw;
            return Plain(now.ETag);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => container.Dispose();

    private static string Plain(string eTag) => eTag.Trim('"');
}
