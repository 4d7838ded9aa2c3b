using System.Runtime.CompilerServices;
using BatchEngine.Scorer.Inputs;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A column of text or bytes taken from the input, byte for byte. Not thread-safe.</summary>
/// <param name="field">The Parquet field.</param>
/// <param name="column">The input column's index in the unit.</param>
internal sealed class TextField(DataField field, int column)
    : OutputField(field, field.ClrType == typeof(ReadOnlyMemory<byte>) ? null : typeof(ReadOnlyMemory<byte>))
{
    private ReadOnlyMemory<byte>[] _values = [];
    private int[] _levels = [];
    private byte[] _bytes = [];
    private int _rows;
    private int _count;
    private int _bytesUsed;

    /// <inheritdoc/>
    public override int StagedBytes => Unsafe.SizeOf<ReadOnlyMemory<byte>>() + sizeof(int) + TextBuffer.MeanBytesPerValue;

    /// <inheritdoc/>
    public override void Stage(ScoredUnit unit)
    {
        var vector = unit.Columns[column];
        var bytes = vector.TextBytes;
        var offsets = vector.TextOffsets;
        var present = vector.Present;
        var keep = unit.Keep.Span;
        Reserve(ref _values, _rows + unit.Rows);
        Reserve(ref _levels, _rows + unit.Rows);
        // What is staged already keeps the array that it stands in.
        if (_bytes.Length - _bytesUsed < bytes.Length)
            (_bytes, _bytesUsed) = (new byte[Math.Max(bytes.Length, _bytes.Length * 2)], 0);
        bytes.CopyTo(_bytes.AsSpan(_bytesUsed));
        for (var row = 0; row < unit.Rows; row++)
        {
            if (!keep.IsEmpty && keep[row] == 0)
                continue;
            _levels[_rows++] = present[row];
            if (present[row] != 0)
                _values[_count++] = _bytes.AsMemory(_bytesUsed + offsets[row], offsets[row + 1] - offsets[row]);
        }
        _bytesUsed += bytes.Length;
    }

    /// <inheritdoc/>
    public override void Clear() => (_rows, _count, _bytesUsed) = (0, 0, 0);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct) => Field.IsNullable
        ? group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(Stored, _values.AsMemory(0, _count), _levels.AsMemory(0, _rows), null, ct)
        : group.WriteAsync<ReadOnlyMemory<byte>>(Stored, _values.AsMemory(0, _count), cancellationToken: ct);
}
