namespace BatchEngine.Scheduler.Triggers;

/// <summary>One job as the scheduler sees it, for a person.</summary>
/// <param name="Name">The job.</param>
/// <param name="Cron">Its cron expression.</param>
/// <param name="TimeZone">Its IANA time zone.</param>
/// <param name="Next">When it is due next; null means never, or it is paused.</param>
/// <param name="IsPaused">Whether a person paused it.</param>
/// <param name="Pending">Instants whose run has not ended, oldest first.</param>
public sealed record ScheduledJob(string Name, string Cron, string TimeZone, DateTimeOffset? Next, bool IsPaused, IReadOnlyList<DateTimeOffset> Pending);
