using System.Runtime.CompilerServices;
using System.Text;
using BatchEngine.Scorer.Inputs;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A text column taken from the input. Not thread-safe.</summary>
/// <param name="field">The Parquet field.</param>
/// <param name="column">The input column's index in the unit.</param>
internal sealed class TextField(DataField field, int column) : OutputField(field)
{
    private ReadOnlyMemory<char>[] _values = [];
    private int[] _levels = [];
    private char[] _chars = [];
    private int _rows;
    private int _count;
    private int _charsUsed;

    /// <inheritdoc/>
    public override int StagedBytes => Unsafe.SizeOf<ReadOnlyMemory<char>>() + sizeof(int) + (sizeof(char) * TextBuffer.MeanBytesPerValue);

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
        // UTF-16 never has more characters than UTF-8 has bytes. What is staged already keeps the array that it stands in.
        if (_chars.Length - _charsUsed < bytes.Length)
            (_chars, _charsUsed) = (new char[Math.Max(bytes.Length, _chars.Length * 2)], 0);
        for (var row = 0; row < unit.Rows; row++)
        {
            if (!keep.IsEmpty && keep[row] == 0)
                continue;
            _levels[_rows++] = present[row];
            if (present[row] == 0)
                continue;
            var length = Encoding.UTF8.GetChars(bytes[offsets[row]..offsets[row + 1]], _chars.AsSpan(_charsUsed));
            _values[_count++] = _chars.AsMemory(_charsUsed, length);
            _charsUsed += length;
        }
    }

    /// <inheritdoc/>
    public override void Clear() => (_rows, _count, _charsUsed) = (0, 0, 0);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct) => Field.IsNullable
        ? group.WriteAllPartsAsync<ReadOnlyMemory<char>>(Field, _values.AsMemory(0, _count), _levels.AsMemory(0, _rows), null, ct)
        : group.WriteAsync<ReadOnlyMemory<char>>(Field, _values.AsMemory(0, _count), cancellationToken: ct);
}
