using BatchEngine.Domain;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A column of values of a fixed number of bytes, copied from the input: UUIDs, wide decimals, 16-bit floats, old timestamps. Not
/// thread-safe.</summary>
/// <remarks>Parquet.Net cannot write bytes of fixed length, so the page is put together here: plain values are the bytes end to end.</remarks>
/// <param name="field">The Parquet field.</param>
/// <param name="column">The input column's index in the unit.</param>
/// <param name="form">How the values are kept.</param>
/// <param name="length">Bytes of a value.</param>
internal sealed class FixedBytesField(DataField field, int column, StoredForm form, int length) : OutputField(field)
{
    /// <summary>Bytes of an old timestamp.</summary>
    public const int Int96Bytes = 12;

    private byte[] _bytes = [];
    private byte[] _present = [];
    private int _rows;
    private int _values;

    /// <inheritdoc/>
    public override int StagedBytes => length + 1;

    /// <inheritdoc/>
    public override void Stage(ScoredUnit unit)
    {
        var vector = unit.Columns[column];
        var bytes = vector.TextBytes;
        var present = vector.Present;
        var keep = unit.Keep.Span;
        Reserve(ref _bytes, (_values + unit.Rows) * length);
        Reserve(ref _present, _rows + unit.Rows);
        if (keep.IsEmpty)
        {
            // Missing values are empty, so what is there lies end to end already.
            bytes.CopyTo(_bytes.AsSpan(_values * length));
            present.CopyTo(_present.AsSpan(_rows));
            (_rows, _values) = (_rows + unit.Rows, _values + (bytes.Length / length));
            return;
        }
        var offsets = vector.TextOffsets;
        for (var row = 0; row < unit.Rows; row++)
        {
            if (keep[row] == 0)
                continue;
            _present[_rows++] = present[row];
            if (present[row] != 0)
                bytes[offsets[row]..offsets[row + 1]].CopyTo(_bytes.AsSpan(_values++ * length));
        }
    }

    /// <inheritdoc/>
    public override void Clear() => (_rows, _values) = (0, 0);

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct)
    {
        PlainPage.Of(Field, form, _bytes.AsSpan(0, _values * length), _present.AsSpan(0, _rows)).AppendTo(group);
        return Task.CompletedTask;
    }
}
