using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Writes a segment's body forwards and takes a checksum of every block. Not thread-safe.</summary>
/// <param name="output">Where to write.</param>
/// <param name="block">Room for one block.</param>
internal sealed class BlockWriter(Stream output, byte[] block)
{
    private readonly byte[] _block = block;
    private readonly List<ulong> _checksums = [];
    private int _used;

    public long Written { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Written += bytes.Length;
        while (bytes.Length >= _block.Length - _used)
        {
            var part = bytes[..(_block.Length - _used)];
            part.CopyTo(_block.AsSpan(_used));
            _used = _block.Length;
            EndBlock();
            bytes = bytes[part.Length..];
        }
        bytes.CopyTo(_block.AsSpan(_used));
        _used += bytes.Length;
    }

    public void AppendZeros(long count)
    {
        Written += count;
        while (count > 0)
        {
            var part = (int)Math.Min(count, _block.Length - _used);
            _block.AsSpan(_used, part).Clear();
            _used += part;
            count -= part;
            if (_used == _block.Length)
                EndBlock();
        }
    }

    /// <summary>Ends the last block and writes the table of checksums and the table's own.</summary>
    public void Complete()
    {
        EndBlock();
        var table = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_checksums));
        output.Write(table);
        output.Write(BitConverter.GetBytes(XxHash3.HashToUInt64(table)));
        output.Flush();
    }

    private void EndBlock()
    {
        if (_used == 0)
            return;
        var block = _block.AsSpan(0, _used);
        _checksums.Add(XxHash3.HashToUInt64(block));
        output.Write(block);
        _used = 0;
    }
}
