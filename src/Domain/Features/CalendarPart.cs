namespace BatchEngine.Domain;

/// <summary>What <see cref="FeatureTransform.DatePart"/> takes from an instant, in UTC.</summary>
public enum CalendarPart
{
    /// <summary>The year, for instance 2026.</summary>
    Year,

    /// <summary>1 to 12.</summary>
    Month,

    /// <summary>1 to 31.</summary>
    Day,

    /// <summary>0 is Monday, 6 is Sunday.</summary>
    DayOfWeek,

    /// <summary>1 to 366.</summary>
    DayOfYear,

    /// <summary>0 to 23.</summary>
    Hour,

    /// <summary>Whole days since 1970-01-01, fractions dropped toward minus infinity.</summary>
    DaysSinceEpoch,

    /// <summary>Seconds since 1970-01-01.</summary>
    SecondsSinceEpoch,
}
