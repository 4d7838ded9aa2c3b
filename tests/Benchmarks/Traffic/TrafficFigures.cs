namespace BatchEngine.Benchmarks.Traffic;

/// <summary>What one number of workers asked of the database.</summary>
/// <param name="Workers">How many.</param>
/// <param name="Seconds">From the first lease to the last receipt.</param>
/// <param name="WritesPerSecond">Leases, renewals, checkpoints and receipts.</param>
/// <param name="WaitingShare">Of the workers' time, what they waited for the database.</param>
/// <param name="MedianMs">Of one write, in milliseconds.</param>
/// <param name="P99Ms">Of one write.</param>
/// <param name="LongestMs">Of one write.</param>
/// <param name="LostLeases">Leases that ran out before the database had renewed them.</param>
public sealed record TrafficFigures(int Workers, double Seconds, double WritesPerSecond, double WaitingShare, double MedianMs, double P99Ms, double LongestMs,
    int LostLeases);
