using System.Collections.Concurrent;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>The buffers of a phase that seals several segments at a time: as many as builds run at once. Thread-safe; dispose it after all builds have
/// ended.</summary>
public sealed class SealBuffersPool : IDisposable
{
    private readonly ConcurrentBag<SealBuffers> _free = [];

    /// <summary>Buffers for one build.</summary>
    public SealBuffers Take() => _free.TryTake(out var buffers) ? buffers : new SealBuffers();

    /// <summary>Gives them back after the build.</summary>
    public void Return(SealBuffers buffers) => _free.Add(buffers);

    /// <summary>Frees what was given back.</summary>
    public void Dispose()
    {
        while (_free.TryTake(out var buffers))
            buffers.Dispose();
    }
}
