using System.Collections.Concurrent;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Storage.Blobs.Opening;

/// <summary>Buckets of others by their URIs, each opened once. Thread-safe.</summary>
/// <param name="options">How they are reached.</param>
/// <param name="clock">Waits between tries.</param>
public sealed class ObjectSources(ObjectStoreOptions options, TimeProvider clock) : IObjectSources, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ContainerSource>> _open = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IObjectSource Of(ObjectUri uri) => _open.GetOrAdd(uri.Place, place => new Lazy<ContainerSource>(() =>
        new ContainerSource(BlobStores.ContainerOf(BucketPlace.Parse(place, uri.ToString()), options, clock)))).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var open in _open.Values.Where(o => o.IsValueCreated))
            open.Value.Dispose();
    }
}
