using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>How a call to start or resume a run ended. Match it exhaustively.</summary>
public abstract record RunOutcome
{
    private RunOutcome()
    {
    }

    /// <summary>The snapshot is published.</summary>
    public sealed record Published(RunId Run, SnapshotInfo Snapshot) : RunOutcome;

    /// <summary>A gate held the snapshot back.</summary>
    public sealed record Held(RunId Run, string Reason) : RunOutcome;

    /// <summary>The run is complete and its outputs exist, but a newer snapshot keeps serving.</summary>
    public sealed record Completed(RunId Run, string Reason) : RunOutcome;

    /// <summary>The run stopped by an error that retrying alone does not mend; its durable work is kept.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Reason">What happened.</param>
    /// <param name="MayResume">Whether a resume can help once the cause is mended; false means that it finds the same again.</param>
    public sealed record Failed(RunId Run, string Reason, bool MayResume) : RunOutcome;

    /// <summary>A person cancelled the run.</summary>
    public sealed record Cancelled(RunId Run, string Reason) : RunOutcome;

    /// <summary>The run had ended before this call; nothing was done.</summary>
    public sealed record AlreadyEnded(RunRecord Record) : RunOutcome;

    /// <summary>Another process leads the run; nothing was done here.</summary>
    public sealed record Following(RunId Run, RunState State) : RunOutcome;

    /// <summary>No plan was made, so nothing was recorded but the decision.</summary>
    public sealed record Refused(RunId Run, PlanRefusal Why, string Reason) : RunOutcome;

    /// <summary>This process was told to stop; the run can be resumed by any other.</summary>
    public sealed record Interrupted(RunId Run, RunState State) : RunOutcome;
}
