using System.Reflection;
using System.Runtime.CompilerServices;
using BatchEngine.Domain;
using Parquet;
using Parquet.Meta;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Makes the schema of a file that is being written say of a column exactly what the input said of it.</summary>
/// <remarks>
/// Parquet.Net makes a column's description from a .NET type, and has none for a decimal of 38 digits in 16 bytes, a local timestamp of nanoseconds in 12, or a
/// plain int32. Values are written by their type, whatever the description says, so that only the description has to be mended. Two private members of its
/// writer
/// are named here, and nowhere else; a test reads back every type, and fails when a new version of the package moves them.
/// </remarks>
internal static class StoredElements
{
    private static readonly FieldInfo s_footer = typeof(ParquetWriter).GetField("_footer", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new InvariantBrokenException("Parquet.Net's writer has a footer", "no field of that name");

    /// <summary>Changes the description of a column before the footer is written.</summary>
    /// <param name="writer">Of the file.</param>
    /// <param name="index">The column, counted from 0.</param>
    /// <param name="type">What the input says.</param>
    public static void Describe(ParquetWriter writer, int index, StoredType type)
    {
        var element = ColumnsOf(FooterOf(writer))[index];
        (element.Type, element.TypeLength) = (FormOf(type.Form), type.Length > 0 ? type.Length : null);
        element.Precision = type.Meaning == ValueMeaning.Decimal ? type.Precision : null;
        element.Scale = type.Meaning == ValueMeaning.Decimal ? type.Scale : null;
        (element.LogicalType, element.ConvertedType) = (LogicalOf(type), ConvertedOf(type));
    }

    private static Parquet.Meta.Type FormOf(StoredForm form) => form switch
    {
        StoredForm.Bool => Parquet.Meta.Type.BOOLEAN,
        StoredForm.Int32 => Parquet.Meta.Type.INT32,
        StoredForm.Int64 => Parquet.Meta.Type.INT64,
        StoredForm.Int96 => Parquet.Meta.Type.INT96,
        StoredForm.Float => Parquet.Meta.Type.FLOAT,
        StoredForm.Double => Parquet.Meta.Type.DOUBLE,
        StoredForm.FixedBytes => Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY,
        _ => Parquet.Meta.Type.BYTE_ARRAY,
    };

    private static LogicalType? LogicalOf(StoredType type) => type.Meaning switch
    {
        ValueMeaning.Integer => new LogicalType { INTEGER = new IntType { BitWidth = (sbyte)type.Bits, IsSigned = !type.IsUnsigned } },
        ValueMeaning.Decimal => new LogicalType { DECIMAL = new DecimalType { Precision = type.Precision, Scale = type.Scale } },
        ValueMeaning.Date => new LogicalType { DATE = new DateType() },
        ValueMeaning.Time => new LogicalType { TIME = new TimeType { IsAdjustedToUTC = type.IsUtc, Unit = UnitOf(type.Fraction) } },
        ValueMeaning.Timestamp when type.Form == StoredForm.Int64 =>
            new LogicalType { TIMESTAMP = new TimestampType { IsAdjustedToUTC = type.IsUtc, Unit = UnitOf(type.Fraction) } },
        ValueMeaning.Text => new LogicalType { STRING = new StringType() },
        ValueMeaning.Enum => new LogicalType { ENUM = new EnumType() },
        ValueMeaning.Json => new LogicalType { JSON = new JsonType() },
        ValueMeaning.Bson => new LogicalType { BSON = new BsonType() },
        ValueMeaning.Uuid => new LogicalType { UUID = new UUIDType() },
        ValueMeaning.Float16 => new LogicalType { FLOAT16 = new Float16Type() },
        ValueMeaning.Unknown => new LogicalType { UNKNOWN = new NullType() },
        _ => null,
    };

    // The older annotation, where the format has one for the same meaning: a local time has none.
    private static ConvertedType? ConvertedOf(StoredType type) => (type.Meaning, type.Fraction) switch
    {
        (ValueMeaning.Integer, _) => (type.Bits, type.IsUnsigned) switch
        {
            (8, false) => ConvertedType.INT_8,
            (16, false) => ConvertedType.INT_16,
            (32, false) => ConvertedType.INT_32,
            (64, false) => ConvertedType.INT_64,
            (8, true) => ConvertedType.UINT_8,
            (16, true) => ConvertedType.UINT_16,
            (32, true) => ConvertedType.UINT_32,
            _ => ConvertedType.UINT_64,
        },
        (ValueMeaning.Decimal, _) => ConvertedType.DECIMAL,
        (ValueMeaning.Date, _) => ConvertedType.DATE,
        (ValueMeaning.Time, FractionDigits.Millis) when type.IsUtc => ConvertedType.TIME_MILLIS,
        (ValueMeaning.Time, FractionDigits.Micros) when type.IsUtc => ConvertedType.TIME_MICROS,
        (ValueMeaning.Timestamp, FractionDigits.Millis) when type.IsUtc => ConvertedType.TIMESTAMP_MILLIS,
        (ValueMeaning.Timestamp, FractionDigits.Micros) when type.IsUtc => ConvertedType.TIMESTAMP_MICROS,
        (ValueMeaning.Text, _) => ConvertedType.UTF8,
        (ValueMeaning.Enum, _) => ConvertedType.ENUM,
        (ValueMeaning.Json, _) => ConvertedType.JSON,
        (ValueMeaning.Bson, _) => ConvertedType.BSON,
        (ValueMeaning.Interval, _) => ConvertedType.INTERVAL,
        _ => null,
    };

    private static TimeUnit UnitOf(FractionDigits digits) => digits switch
    {
        FractionDigits.Millis => new TimeUnit { MILLIS = new MilliSeconds() },
        FractionDigits.Micros => new TimeUnit { MICROS = new MicroSeconds() },
        _ => new TimeUnit { NANOS = new NanoSeconds() },
    };

    // The type between the writer and its description is internal, and a field of such a type has no accessor.
    private static object FooterOf(ParquetWriter writer) => s_footer.GetValue(writer) ?? throw new InvariantBrokenException("a writer has a footer", "none");

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetWriteableSchema")]
    private static extern SchemaElement[] ColumnsOf([UnsafeAccessorType("Parquet.File.ThriftFooter, Parquet")] object footer);
}
