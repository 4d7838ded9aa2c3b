namespace BatchEngine.Domain;

/// <summary>A capacity that the planner looked at.</summary>
/// <param name="Offering">What would be rented.</param>
/// <param name="Workers">How many workers.</param>
/// <param name="Duration">Predicted wall time of scoring; not measured when no run has told the speed yet.</param>
/// <param name="Cost">Predicted cost; not measured when duration or price is unknown.</param>
/// <param name="Verdict">"chosen", or why it was rejected.</param>
public sealed record PlanOption(Offering Offering, int Workers, Measured<TimeSpan> Duration, Measured<Money> Cost, string Verdict);
