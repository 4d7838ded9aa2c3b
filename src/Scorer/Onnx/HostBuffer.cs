namespace BatchEngine.Scorer.Onnx;

/// <summary>A block of <see cref="HostMemory"/>. Not thread-safe for writing.</summary>
/// <param name="owner">What is disposed with it.</param>
/// <param name="address">Its first byte.</param>
/// <param name="bytes">Its length.</param>
internal sealed unsafe class HostBuffer(IDisposable owner, nint address, long bytes) : IDisposable
{
    /// <summary>The first byte, for native code; valid until disposal.</summary>
    public nint Address => address;

    /// <summary>The whole block as elements.</summary>
    public Span<T> As<T>()
        where T : unmanaged => new((void*)address, checked((int)(bytes / sizeof(T))));

    /// <inheritdoc/>
    public void Dispose() => owner.Dispose();
}
