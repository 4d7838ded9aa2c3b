using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>One column of a prediction file with its staging buffers, reused from row group to row group. Not thread-safe.</summary>
/// <param name="field">The Parquet field.</param>
/// <param name="stored">The type in which values are handed to the writer; null means the field's own.</param>
internal abstract class OutputField(DataField field, Type? stored = null)
{
    /// <summary>The Parquet field, as the file's schema names it.</summary>
    public DataField Field { get; } = field;

    /// <summary>The same column in the type in which values are handed over.</summary>
    protected DataField Stored { get; } = stored is null ? field : ParquetFields.Stored(field, stored);

    /// <summary>Takes over the rows of a unit that are kept.</summary>
    public abstract void Stage(UnitRows unit);

    /// <summary>Writes what was staged.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct);
}
