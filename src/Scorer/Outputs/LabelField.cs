using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>A text label of the model: the stored float is an index into its labels. Not thread-safe.</summary>
internal sealed class LabelField(DataField field, int output, IReadOnlyList<string> labels) : OutputField(field)
{
    private readonly ReadOnlyMemory<char>[] _labels = [.. labels.Select(l => l.AsMemory())];
    private ReadOnlyMemory<char>[] _values = [];
    private int _rows;

    /// <inheritdoc/>
    public override void Stage(UnitRows unit)
    {
        if (_values.Length < unit.Rows)
            _values = new ReadOnlyMemory<char>[unit.Rows];
        var indexes = unit.Predictions.Column(output);
        var keep = unit.Keep.Span;
        _rows = 0;
        for (var row = 0; row < indexes.Length; row++)
        {
            if (keep.IsEmpty || keep[row] != 0)
                _values[_rows++] = _labels[(int)indexes[row]];
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct) => group.WriteAsync<ReadOnlyMemory<char>>(Field, _values.AsMemory(0, _rows), cancellationToken: ct);
}
