using BatchEngine.Domain;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>One column of a prediction file. Units are staged one after the other until they are written as one row group; the buffers are reused. Not
/// thread-safe.</summary>
/// <param name="field">The Parquet field.</param>
/// <param name="stored">The type in which values are handed to the writer; null means the field's own.</param>
internal abstract class OutputField(DataField field, Type? stored = null)
{
    /// <summary>The Parquet field, as the file's schema names it.</summary>
    public DataField Field { get; } = field;

    /// <summary>What the file shall say of the column; null means what the field says.</summary>
    public StoredType? Described { get; set; }

    /// <summary>The same column in the type in which values are handed over.</summary>
    protected DataField Stored { get; } = stored is null ? field : ParquetFields.Stored(field, stored);

    /// <summary>Bytes that staging holds a row.</summary>
    public abstract int StagedBytes { get; }

    /// <summary>Takes over the rows of a unit that are kept, behind those that are staged.</summary>
    public abstract void Stage(ScoredUnit unit);

    /// <summary>Writes what is staged.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken ct);

    /// <summary>Forgets what is staged.</summary>
    public abstract void Clear();

    /// <summary>Makes room for more rows behind those that are staged.</summary>
    protected static void Reserve<T>(ref T[] staged, int rows)
    {
        if (staged.Length < rows)
            Array.Resize(ref staged, Math.Max(rows, staged.Length * 2));
    }
}
