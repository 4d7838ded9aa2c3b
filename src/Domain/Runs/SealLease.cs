namespace BatchEngine.Domain;

/// <summary>The right to seal a unit of a run's partitions until it expires by the database's clock.</summary>
/// <param name="Run">The run.</param>
/// <param name="UnitIndex">The unit, counted from 0.</param>
/// <param name="Fence">The fence under which the holder writes; it is part of the names of its segments.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="ExpiresAt">By the database's clock.</param>
public sealed record SealLease(RunId Run, int UnitIndex, FenceToken Fence, string Worker, DateTimeOffset ExpiresAt);
