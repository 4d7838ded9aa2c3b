using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Which state may follow which: the whole table. Pure.</summary>
internal static class RunTransitions
{
    /// <summary>Whether its coordinator may move a run from the first state to the second. What a person releases afterwards is no move of a
    /// coordinator.</summary>
    public static bool IsAllowed(RunState from, RunState to) => (from, to) switch
    {
        (RunState.Planned, RunState.Scoring) => true,
        (RunState.Scoring, RunState.Sealing) => true,
        (RunState.Sealing, RunState.Judging) => true,
        (RunState.Judging, RunState.Published or RunState.Held or RunState.Completed) => true,
        (RunState.Failed, RunState.Scoring) => true,
        (RunState.Planned or RunState.Scoring or RunState.Sealing or RunState.Judging, RunState.Failed or RunState.Cancelled) => true,
        (RunState.Failed, RunState.Cancelled) => true,
        _ => false,
    };

    /// <summary>Whether nothing more happens to a run in this state, unless a person releases it.</summary>
    public static bool IsEnded(RunState state) => state is RunState.Published or RunState.Held or RunState.Completed or RunState.Cancelled;
}
