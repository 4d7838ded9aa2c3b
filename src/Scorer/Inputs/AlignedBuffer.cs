using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Inputs;

/// <summary>A fixed block of native memory, aligned to 64 bytes so that a full vector never crosses a cache line. Not thread-safe for writing.</summary>
/// <typeparam name="T">The element.</typeparam>
public sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    /// <summary>The alignment in bytes.</summary>
    public const int Alignment = 64;

    private T* _start;

    /// <summary>Allocates zeroed memory; the garbage collector is told of its size.</summary>
    /// <param name="length">Elements; 0 allocates nothing.</param>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        if (length == 0)
            return;
        _start = (T*)NativeMemory.AlignedAlloc((nuint)Bytes, Alignment);
        NativeMemory.Clear(_start, (nuint)Bytes);
        GC.AddMemoryPressure(Bytes);
    }

    /// <summary>Frees memory that nobody disposed.</summary>
    ~AlignedBuffer() => Free();

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>All elements.</summary>
    /// <exception cref="ObjectDisposedException">The memory was freed.</exception>
    public Span<T> Span => Slice(0, Length);

    private long Bytes => (long)Length * sizeof(T);

    /// <summary>A part of the elements.</summary>
    /// <exception cref="ObjectDisposedException">The memory was freed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Slice(int from, int length)
    {
        if ((uint)from > (uint)Length || (uint)length > (uint)(Length - from))
            throw new ArgumentOutOfRangeException(nameof(length), $"elements {from} to {(long)from + length} of {Length}");
        if (length == 0)
            return [];
        ObjectDisposedException.ThrowIf(_start is null, this);
        return new Span<T>(_start + from, length);
    }

    /// <summary>The address of an element, for native code; valid until disposal.</summary>
    /// <exception cref="ObjectDisposedException">The memory was freed.</exception>
    public nint Address(int index)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        return (nint)(_start + index);
    }

    /// <summary>Frees the memory; spans handed out before must no longer be used.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_start is null)
            return;
        NativeMemory.AlignedFree(_start);
        _start = null;
        GC.RemoveMemoryPressure(Bytes);
    }
}
