using System.Buffers;
using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Native memory of exactly a number of bytes, for what is fetched: a pool would round it up and keep it. Freed when it is disposed, once.</summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private readonly int _length;
    private byte* _start;

    /// <summary>Allocates memory whose content is whatever was there.</summary>
    public NativeBytes(int length)
    {
        _length = length;
        _start = (byte*)NativeMemory.Alloc((nuint)length);
        GC.AddMemoryPressure(length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        return new Span<byte>(_start, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        return new MemoryHandle(_start + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_start is null)
            return;
        NativeMemory.Free(_start);
        _start = null;
        GC.RemoveMemoryPressure(_length);
    }
}
