namespace BatchEngine.Storage.Database.Lanes;

/// <summary>What must survive of one job's schedule: up to where everything is decided, and what is decided but has not ended.</summary>
/// <param name="Job">The job.</param>
/// <param name="Schedule">The cron and zone it was computed with, as text.</param>
/// <param name="HandledThrough">Every occurrence up to here has ended, is pending, or was skipped. Whole microseconds.</param>
/// <param name="Pending">Scheduled instants whose run has not ended, oldest first; the first may be going on.</param>
/// <param name="IsPaused">Whether a person paused the job.</param>
public sealed record LaneState(string Job, string Schedule, DateTimeOffset HandledThrough, IReadOnlyList<DateTimeOffset> Pending, bool IsPaused)
{
    /// <summary>Grows with every change that is stored; 0 means that this state never was.</summary>
    public long Revision { get; init; }
}
