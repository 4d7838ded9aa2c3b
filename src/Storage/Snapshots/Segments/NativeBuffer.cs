using System.Buffers;
using System.Runtime.InteropServices;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Memory outside the managed heap that grows and may exceed 2 GiB. Not thread-safe.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private byte* _memory;
    private long _capacity;

    public NativeBuffer(long capacity = 0) => Reserve(capacity);

    public long Used { get; set; }

    public byte* Start => _memory;

    /// <summary>Makes room for more bytes after those used; earlier pointers become invalid.</summary>
    public void Reserve(long more)
    {
        var needed = Used + more;
        if (needed <= _capacity)
            return;
        var capacity = Math.Max(needed, _capacity + (_capacity / 2));
        _memory = (byte*)NativeMemory.Realloc(_memory, (nuint)capacity);
        _capacity = capacity;
    }

    /// <summary>A part of it for reading into; valid until it grows or is freed.</summary>
    public Memory<byte> MemoryAt(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, _capacity);
        return new Part(_memory + offset, length).Memory;
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _capacity = Used = 0;
    }

    private sealed class Part(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        // Native memory does not move.
        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
