using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>What the gate says. Match it exhaustively.</summary>
/// <param name="Reason">The rule and numbers that decided.</param>
/// <param name="Drift">The report behind it, stored with the run; null when drift was not looked at.</param>
public abstract record GateVerdict(string Reason, DriftReport? Drift)
{
    /// <summary>The snapshot may be published.</summary>
    public sealed record Pass(string Reason, DriftReport? Drift) : GateVerdict(Reason, Drift);

    /// <summary>The snapshot is held back; yesterday's keeps serving.</summary>
    public sealed record Hold(string Reason, DriftReport? Drift) : GateVerdict(Reason, Drift);
}
