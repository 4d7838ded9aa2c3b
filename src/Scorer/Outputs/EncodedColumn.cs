using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>One column of one row group as Parquet.Net encoded it, to be appended to other row groups. Immutable, thread-safe.</summary>
/// <remarks>
/// Parquet.Net 6.1 has no public way to add a chunk that is encoded already, so three private members of its row group writer are named here, and nowhere
/// else. A file with repeated
/// chunks equals, byte for byte, the one that Parquet.Net writes when it encodes each of them: a test holds that, and fails when a new version of the package
/// moves the members.
/// </remarks>
internal sealed class EncodedColumn
{
    private readonly ColumnMetaData _facts;
    private readonly byte[] _pages;

    /// <summary>Takes over what is encoded already.</summary>
    /// <param name="facts">What the footer says of the column, without its place in a file.</param>
    /// <param name="pages">Its pages with their headers.</param>
    public EncodedColumn(ColumnMetaData facts, byte[] pages) => (_facts, _pages) = (facts, pages);

    /// <summary>Values, and rows, as the column is flat.</summary>
    public long Rows => _facts.NumValues;

    /// <summary>Encodes a column.</summary>
    /// <param name="field">The column in the file's schema.</param>
    /// <param name="stored">The same in the type of the values.</param>
    /// <param name="values">One a row; none is missing.</param>
    /// <param name="options">Those of the files that the column will be appended to.</param>
    /// <param name="ct">Stops encoding.</param>
    public static async Task<EncodedColumn> OfAsync<T>(DataField field, DataField stored, ReadOnlyMemory<T> values, ParquetOptions options,
        CancellationToken ct)
        where T : struct
    {
        using var memory = new MemoryStream();
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), memory, options, append: false, ct).ConfigureAwait(false);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(stored, values, cancellationToken: ct).ConfigureAwait(false);
        var chunk = RowGroupOf(group).Columns[0];
        return new EncodedColumn(chunk.MetaData!, memory.GetBuffer().AsSpan((int)chunk.FileOffset, (int)chunk.MetaData!.TotalCompressedSize).ToArray());
    }

    /// <summary>Appends it as the next column of a row group, which must have as many rows.</summary>
    public void AppendTo(ParquetRowGroupWriter group)
    {
        var output = OutputOf(group);
        var at = output.Position;
        output.Write(_pages);
        RowGroupOf(group).Columns.Add(new ColumnChunk { FileOffset = at, MetaData = FactsAt(at) });
        NextColumnOf(group)++;
    }

    // The lists and statistics are shared: the writer only reads them again, for the footer.
    private ColumnMetaData FactsAt(long offset) => new()
    {
        Type = _facts.Type,
        Encodings = _facts.Encodings,
        PathInSchema = _facts.PathInSchema,
        Codec = _facts.Codec,
        NumValues = _facts.NumValues,
        TotalUncompressedSize = _facts.TotalUncompressedSize,
        TotalCompressedSize = _facts.TotalCompressedSize,
        DataPageOffset = offset,
        Statistics = _facts.Statistics,
    };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_owGroup")]
    private static extern ref RowGroup RowGroupOf(ParquetRowGroupWriter writer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stream")]
    private static extern ref Stream OutputOf(ParquetRowGroupWriter writer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_colIdx")]
    private static extern ref int NextColumnOf(ParquetRowGroupWriter writer);
}
