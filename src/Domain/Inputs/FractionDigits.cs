namespace BatchEngine.Domain;

/// <summary>The unit of a time or timestamp.</summary>
public enum FractionDigits
{
    /// <summary>It is no time.</summary>
    None = 0,

    /// <summary>Milliseconds.</summary>
    Millis = 3,

    /// <summary>Microseconds.</summary>
    Micros = 6,

    /// <summary>Nanoseconds.</summary>
    Nanos = 9,
}
