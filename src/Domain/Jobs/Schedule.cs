namespace BatchEngine.Domain;

/// <summary>When a job runs.</summary>
/// <param name="Cron">A Quartz cron expression with seconds, for instance "0 0 2 * * ?" for every night at two.</param>
/// <param name="TimeZone">IANA name, for instance "Europe/Berlin"; default "UTC".</param>
/// <param name="Misfire">What happens to missed fires.</param>
/// <param name="Overlap">What happens when the earlier run is still going.</param>
public sealed record Schedule(string Cron, string TimeZone, MisfirePolicy Misfire, OverlapPolicy Overlap);
