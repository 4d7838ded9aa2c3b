using BatchEngine.Domain;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Our column kinds in Parquet.Net's words.</summary>
internal static class ParquetFields
{
    /// <summary>The field of a column.</summary>
    public static DataField Of(TableColumn column) => column.Kind switch
    {
        ColumnKind.Bool => new DataField(column.Name, typeof(bool), column.IsNullable),
        ColumnKind.Integer => new DataField(column.Name, typeof(long), column.IsNullable),
        ColumnKind.Float => new DataField(column.Name, typeof(float), column.IsNullable),
        ColumnKind.Double or ColumnKind.Decimal => new DataField(column.Name, typeof(double), column.IsNullable),
        ColumnKind.Text => new DataField(column.Name, typeof(string), column.IsNullable),
        ColumnKind.Date => new DateTimeDataField(column.Name, DateTimeFormat.Date, isNullable: column.IsNullable),
        ColumnKind.Timestamp => new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: column.IsNullable),
        _ => throw new ArgumentException($"Column '{column.Name}' of kind {column.Kind} cannot be written.", nameof(column)),
    };

    /// <summary>The writer's options.</summary>
    public static ParquetOptions Options(TableCompression compression) => new()
    {
        CompressionMethod = compression switch
        {
            TableCompression.Snappy => CompressionMethod.Snappy,
            TableCompression.Zstd => CompressionMethod.Zstd,
            _ => CompressionMethod.None,
        },
        CompressionLevel = System.IO.Compression.CompressionLevel.Fastest,
    };
}
