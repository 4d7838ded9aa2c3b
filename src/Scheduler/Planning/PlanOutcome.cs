using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>What planning comes to. Match it exhaustively.</summary>
public abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    /// <summary>A plan that keeps budget and deadline as far as they can be told.</summary>
    public sealed record Planned(RunPlan Plan) : PlanOutcome;

    /// <summary>No plan, and why.</summary>
    /// <param name="Why">Which rule refused.</param>
    /// <param name="Reason">The numbers and what to do, for a person.</param>
    /// <param name="Options">Every capacity that was looked at.</param>
    public sealed record Refused(PlanRefusal Why, string Reason, IReadOnlyList<PlanOption> Options) : PlanOutcome;
}
