namespace BatchEngine.Scheduler.Events;

/// <summary>Hears every event of a run right after the write it speaks of. Called from several threads; must not block. An exception from it stops the work
/// like a crash at that point.</summary>
public interface IRunLog
{
    /// <summary>Hears one event, right after the write that it tells of.</summary>
    void Write(RunEvent happened);
}
