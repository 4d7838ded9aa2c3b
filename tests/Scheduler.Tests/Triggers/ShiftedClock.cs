namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>The clock of a machine that goes right and shows the wrong time.</summary>
internal sealed class ShiftedClock(TimeSpan by) : TimeProvider
{
    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
