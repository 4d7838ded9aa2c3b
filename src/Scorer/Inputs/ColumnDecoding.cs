namespace BatchEngine.Scorer.Inputs;

/// <summary>The stored forms of columns that are decoded; each gives one kind of vector.</summary>
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

    // To be copied: the stored bytes.
    FixedBytes,
    Int96Bytes,

    // Keys: whole numbers and texts.
    BytesWhole,
    FixedBytesWhole,
    BoolText,
    Int32Text,
    Int64Text,
    Int96Text,
    BytesText,
    FixedBytesText,
}
