using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A column with one value in every row. Not thread-safe.</summary>
/// <typeparam name="T">The value.</typeparam>
internal sealed class ConstantField<T>(DataField field, T value) : OutputField(field)
    where T : struct
{
    private T[] _values = [];
    private int _rows;

    /// <inheritdoc/>
    public override void Stage(UnitRows unit)
    {
        _rows = unit.KeptRows;
        if (_values.Length >= _rows)
            return;
        _values = new T[unit.Rows];
        Array.Fill(_values, value);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct) => group.WriteAsync<T>(Field, _values.AsMemory(0, _rows), cancellationToken: ct);
}
