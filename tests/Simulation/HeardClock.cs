namespace BatchEngine.Simulation;

/// <summary>The machine's clock, which tells each time that it is asked: a database asks at the beginning of every read and, under its lock, of every
/// write.</summary>
internal sealed class HeardClock : TimeProvider
{
    public Action Asked { get; set; } = () => { };

    public override DateTimeOffset GetUtcNow()
    {
        Asked();
        return base.GetUtcNow();
    }
}
