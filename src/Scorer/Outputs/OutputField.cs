using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>One column of a prediction file with its staging buffers, reused from row group to row group. Not thread-safe.</summary>
internal abstract class OutputField(DataField field)
{
    /// <summary>The Parquet field.</summary>
    public DataField Field { get; } = field;

    /// <summary>Takes over the rows of a unit that are kept.</summary>
    public abstract void Stage(UnitRows unit);

    /// <summary>Writes what was staged.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct);
}
