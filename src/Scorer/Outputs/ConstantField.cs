using System.Buffers;
using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A column with one value in every row: encoded once for a number of rows, then the same pages are appended to each row group of that size. Not
/// thread-safe.</summary>
/// <remarks>
/// Encoding a constant text costs a hash, a look-up and 36 managed bytes a row, for 60 bytes of pages in the end: model version and run id took a third of
/// the time of writing a
/// file of one score. See docs/decisions/0004-constant-columns.md.
/// </remarks>
/// <typeparam name="T">The value as it is stored.</typeparam>
/// <param name="field">The Parquet field.</param>
/// <param name="value">The value of every row.</param>
/// <param name="options">The options of the files that the column is written to.</param>
internal sealed class ConstantField<T>(DataField field, T value, ParquetOptions options) : OutputField(field, field.ClrType == typeof(T) ? null : typeof(T))
    where T : struct
{
    private EncodedColumn? _encoded;
    private int _rows;

    /// <inheritdoc/>
    public override int StagedBytes => 0;

    /// <inheritdoc/>
    public override void Stage(ScoredUnit unit) => _rows += unit.KeptRows;

    /// <inheritdoc/>
    public override void Clear() => _rows = 0;

    /// <inheritdoc/>
    public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct)
    {
        if (_encoded?.Rows != _rows)
            _encoded = await EncodedConstants.GetAsync(KeyOf(_rows), () => EncodeAsync(ct)).ConfigureAwait(false);
        _encoded.AppendTo(group);
    }

    private EncodedConstants.Key KeyOf(int rows) =>
        new(Field.Name, typeof(T), string.Create(CultureInfo.InvariantCulture, $"{value}"), options.CompressionMethod,
        options.ColumnEncodingHints.ContainsKey(Field.Name), rows);

    private async Task<EncodedColumn> EncodeAsync(CancellationToken ct)
    {
        var values = ArrayPool<T>.Shared.Rent(_rows);
        values.AsSpan(0, _rows).Fill(value);
        var encoded = await EncodedColumn.OfAsync<T>(Field, Stored, values.AsMemory(0, _rows), options, ct).ConfigureAwait(false);
        ArrayPool<T>.Shared.Return(values);
        return encoded;
    }
}
