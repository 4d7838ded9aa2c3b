namespace BatchEngine.Scheduler.Tests;

/// <summary>Tells each time that it is asked. A database asks its clock at the beginning of every read and, under its lock, of every write: what is on the
/// disk then is what a process that is killed between two durable writes leaves.</summary>
internal sealed class HeardClock(TimeProvider clock) : TimeProvider
{
    public Action Asked { get; set; } = () => { };

    public override DateTimeOffset GetUtcNow()
    {
        Asked();
        return clock.GetUtcNow();
    }
}
