namespace BatchEngine.Scheduler.Triggers;

/// <summary>How much of what was missed is caught up on.</summary>
/// <param name="OnTimeWithin">A fire no later than this counts as on time, not as missed.</param>
/// <param name="MaxCatchUp">The most missed runs that are started under RunAll: the latest ones, oldest first.</param>
/// <param name="MaxLookback">Occurrences older than this are skipped without being counted one by one.</param>
public sealed record MisfireLimits(TimeSpan OnTimeWithin, int MaxCatchUp, TimeSpan MaxLookback)
{
    /// <summary>One minute, 100 runs, 31 days.</summary>
    public static MisfireLimits Default { get; } = new(TimeSpan.FromMinutes(1), 100, TimeSpan.FromDays(31));
}
