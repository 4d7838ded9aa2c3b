namespace BatchEngine.Domain;

/// <summary>What the stored values of a Parquet column stand for.</summary>
public enum ValueMeaning
{
    /// <summary>The file says nothing: the values are what they are stored as.</summary>
    Plain,

    /// <summary>A whole number of a stated width and sign.</summary>
    Integer,

    /// <summary>A whole number of units of ten to the power of minus the scale.</summary>
    Decimal,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>A time of day.</summary>
    Time,

    /// <summary>An instant, or a date with a time of day.</summary>
    Timestamp,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>The name of a choice, in UTF-8.</summary>
    Enum,

    /// <summary>A JSON document in UTF-8.</summary>
    Json,

    /// <summary>A BSON document.</summary>
    Bson,

    /// <summary>A UUID, 16 bytes in the order of its text.</summary>
    Uuid,

    /// <summary>16-bit IEEE float.</summary>
    Float16,

    /// <summary>Months, days and milliseconds, 4 bytes each.</summary>
    Interval,

    /// <summary>A column without any value, whose writer did not know its type.</summary>
    Unknown,
}
