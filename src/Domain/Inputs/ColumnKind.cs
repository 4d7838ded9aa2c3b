namespace BatchEngine.Domain;

/// <summary>The kinds of flat Parquet columns that can be read.</summary>
public enum ColumnKind
{
    /// <summary>true or false.</summary>
    Bool,

    /// <summary>8 to 64 bits, signed or unsigned up to 32 bits.</summary>
    Integer,

    /// <summary>32-bit IEEE float.</summary>
    Float,

    /// <summary>64-bit IEEE float.</summary>
    Double,

    /// <summary>Exact decimal; read as double.</summary>
    Decimal,

    /// <summary>UTF-8 text; any bytes in a column that is read to be copied.</summary>
    Text,

    /// <summary>Whole days since 1970-01-01.</summary>
    Date,

    /// <summary>An instant, read as microseconds since 1970-01-01 UTC.</summary>
    Timestamp,

    /// <summary>Not readable as a feature: nested, a time of day, or bytes of fixed length; named in the error when a feature asks for it.</summary>
    Unsupported,
}
