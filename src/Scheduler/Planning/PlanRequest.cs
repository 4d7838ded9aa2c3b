using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>All inputs of planning, frozen: equal requests give equal plans, byte for byte. Immutable.</summary>
/// <param name="Run">The run.</param>
/// <param name="Job">The job as the person wrote it.</param>
/// <param name="Prepared">What was looked up.</param>
/// <param name="Offers">The capacity to choose from, at least one.</param>
/// <param name="Now">When the plan is made, for the deadline.</param>
/// <param name="PlannedBefore">The input of an earlier plan of the same run; null when this is the first.</param>
public sealed record PlanRequest(
    RunId Run,
    ScoringJob Job,
    PreparedInputs Prepared,
    IReadOnlyList<CapacityOffer> Offers,
    DateTimeOffset Now,
    InputManifest? PlannedBefore);
