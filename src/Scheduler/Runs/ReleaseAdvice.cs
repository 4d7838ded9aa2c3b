using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>How a person goes on with a run that a gate held back. Pure.</summary>
public static class ReleaseAdvice
{
    /// <summary>Sentences with the command, and what it does to later nights.</summary>
    public static string For(RunPlan plan) => $"To serve it all the same: batchengine runs release {plan.Run} --why TEXT. "
        + (plan.Job.Drift.Baseline == "previous"
            ? "Later nights are then compared with it; until one is released they are compared with the last that was published."
            : $"Later nights are compared with {plan.Job.Drift.Baseline} all the same, until quality.drift.baseline names another run.");
}
