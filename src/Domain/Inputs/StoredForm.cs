namespace BatchEngine.Domain;

/// <summary>How a Parquet file keeps the values of a column.</summary>
public enum StoredForm
{
    /// <summary>One bit.</summary>
    Bool,

    /// <summary>32 bits, also for shorter integers.</summary>
    Int32,

    /// <summary>64 bits.</summary>
    Int64,

    /// <summary>12 bytes: nanoseconds of the day, then the Julian day.</summary>
    Int96,

    /// <summary>32-bit IEEE float.</summary>
    Float,

    /// <summary>64-bit IEEE float.</summary>
    Double,

    /// <summary>Bytes with a length before each value.</summary>
    Bytes,

    /// <summary>Bytes of one length for all values.</summary>
    FixedBytes,
}
