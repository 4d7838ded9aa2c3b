using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Tests;

/// <summary>A log that nobody reads.</summary>
internal sealed class SilentRunLog : IRunLog
{
    /// <summary>The only one needed.</summary>
    public static SilentRunLog Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(RunEvent happened)
    {
    }
}
