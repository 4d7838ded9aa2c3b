namespace BatchEngine.Scheduler.Runs;

/// <summary>A log that nobody reads. Thread-safe.</summary>
public sealed class SilentRunLog : IRunLog
{
    /// <summary>The only one needed.</summary>
    public static SilentRunLog Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(RunEvent happened)
    {
    }
}
