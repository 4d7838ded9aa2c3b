namespace BatchEngine.Scorer.Inputs;

/// <summary>The stored forms of columns that are decoded; each gives one kind.</summary>
internal enum ColumnDecoding
{
    /// <summary>Not decoded.</summary>
    None,

    /// <summary>No value in any row, and no kind of its own.</summary>
    Nothing,
    Bool,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float,
    Float16,
    Double,
    Text,
    MillisTimestamp,
    NanosTimestamp,
    Int96Timestamp,
    Int32Decimal,
    Int64Decimal,
    BytesDecimal,
    FixedBytesDecimal,
}
