using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Capacity that the planner may choose.</summary>
/// <param name="Offering">What can be rented.</param>
/// <param name="MaxWorkers">The most workers on it; at least 1. A worker is one core's worth.</param>
/// <param name="PerWorkerHour">What one worker costs for one hour; not measured when no price is known.</param>
public sealed record CapacityOffer(Offering Offering, int MaxWorkers, Measured<Money> PerWorkerHour);
