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
        ColumnKind.Timestamp => new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros,
            isNullable: column.IsNullable),
        _ => throw new ArgumentException($"Column '{column.Name}' of kind {column.Kind} cannot be written.", nameof(column)),
    };

    /// <summary>A column under the type of its stored values, so that they are copied instead of converted: a timestamp as its microseconds, for
    /// instance.</summary>
    /// <remarks>
    /// The writer takes the annotation from the file's schema and finds the column by its name; the field given with the values only says their type.
    /// Converting costs an array of
    /// eight bytes and a write a value, 32 managed bytes a row, and gives a timestamp statistics in milliseconds whatever its unit, by which readers leave
    /// out row groups that they should read.
    /// </remarks>
    public static DataField Stored(DataField field, Type type)
    {
        var stored = new DataField(field.Name, type, field.IsNullable);
        _ = new ParquetSchema(stored); // a field can be used only as part of a schema
        return stored;
    }

    /// <summary>The writer's options.</summary>
    public static ParquetOptions Options(CompressionMethod compression = CompressionMethod.Snappy) => new()
    {
        CompressionMethod = compression,
        CompressionLevel = System.IO.Compression.CompressionLevel.Fastest,
    };
}
