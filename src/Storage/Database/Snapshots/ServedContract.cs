using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>What look-ups of a serving name may expect, and the job behind it.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Job">The job that fills the snapshots.</param>
public sealed record ServedContract(ServingContract Contract, ScoringJob Job);
