using System.Runtime.CompilerServices;
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
    public override int StagedBytes => Unsafe.SizeOf<ReadOnlyMemory<char>>();

    /// <inheritdoc/>
    public override void Stage(ScoredUnit unit)
    {
        Reserve(ref _values, _rows + unit.Rows);
        var indexes = unit.Predictions.Column(output);
        var keep = unit.Keep.Span;
        for (var row = 0; row < indexes.Length; row++)
        {
            if (keep.IsEmpty || keep[row] != 0)
                _values[_rows++] = _labels[(int)indexes[row]];
        }
    }

    /// <inheritdoc/>
    public override void Clear() => _rows = 0;

    /// <inheritdoc/>
    public override Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct) =>
        group.WriteAsync<ReadOnlyMemory<char>>(Field, _values.AsMemory(0, _rows), cancellationToken: ct);
}
