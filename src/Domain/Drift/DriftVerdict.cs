namespace BatchEngine.Domain;

/// <summary>What can be said of a column or a report.</summary>
public enum DriftVerdict
{
    /// <summary>Measured, and below every limit.</summary>
    Stable,

    /// <summary>Measured, and at or above a limit.</summary>
    Drifted,

    /// <summary>Too few rows or no baseline: nothing can be said.</summary>
    NotMeasured,
}
