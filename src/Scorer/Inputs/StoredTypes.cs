using BatchEngine.Domain;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>The library's description of a column in our words.</summary>
internal static class StoredTypes
{
    /// <summary>The stored type; null means one that cannot be copied either.</summary>
    public static StoredType? Of(ColumnDescriptor descriptor, LogicalType logical)
    {
        if (FormOf(descriptor.PhysicalType) is not { } form)
            return null;
        var length = form == StoredForm.FixedBytes ? descriptor.TypeLength : 0;
        return logical switch
        {
            NoneLogicalType or { Type: LogicalTypeEnum.Undefined } => new StoredType(form, ValueMeaning.Plain, length),
            IntLogicalType t => new StoredType(form, ValueMeaning.Integer, Bits: t.BitWidth, IsUnsigned: !t.IsSigned),
            DecimalLogicalType t => new StoredType(form, ValueMeaning.Decimal, length, t.Precision, t.Scale),
            TimeLogicalType t when Digits(t.TimeUnit) is { } digits => new StoredType(form, ValueMeaning.Time, Fraction: digits, IsUtc: t.IsAdjustedToUtc),
            TimestampLogicalType t when Digits(t.TimeUnit) is { } digits =>
                new StoredType(form, ValueMeaning.Timestamp, Fraction: digits, IsUtc: t.IsAdjustedToUtc),
            DateLogicalType => new StoredType(form, ValueMeaning.Date),
            StringLogicalType => new StoredType(form, ValueMeaning.Text),
            EnumLogicalType => new StoredType(form, ValueMeaning.Enum),
            JsonLogicalType => new StoredType(form, ValueMeaning.Json),
            BsonLogicalType => new StoredType(form, ValueMeaning.Bson),
            UuidLogicalType => new StoredType(form, ValueMeaning.Uuid, length),
            Float16LogicalType => new StoredType(form, ValueMeaning.Float16, length),
            IntervalLogicalType => new StoredType(form, ValueMeaning.Interval, length),
            NullLogicalType => new StoredType(form, ValueMeaning.Unknown, length),
            _ => null,
        } is { } type ? WithInstants(type) : null;
    }

    // Twelve bytes without annotation are an instant for every writer that makes them, and the type has no other use.
    private static StoredType WithInstants(StoredType type) => type.Form == StoredForm.Int96
        ? type with { Meaning = ValueMeaning.Timestamp, Fraction = FractionDigits.Nanos, IsUtc = true } : type;

    private static StoredForm? FormOf(PhysicalType physical) => physical switch
    {
        PhysicalType.Boolean => StoredForm.Bool,
        PhysicalType.Int32 => StoredForm.Int32,
        PhysicalType.Int64 => StoredForm.Int64,
        PhysicalType.Int96 => StoredForm.Int96,
        PhysicalType.Float => StoredForm.Float,
        PhysicalType.Double => StoredForm.Double,
        PhysicalType.ByteArray => StoredForm.Bytes,
        PhysicalType.FixedLenByteArray => StoredForm.FixedBytes,
        _ => null,
    };

    private static FractionDigits? Digits(TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => FractionDigits.Millis,
        TimeUnit.Micros => FractionDigits.Micros,
        TimeUnit.Nanos => FractionDigits.Nanos,
        _ => null,
    };
}
