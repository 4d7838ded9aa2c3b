using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Says which capacity can be had and what it costs. Implementations are safe for several threads and change nothing.</summary>
public interface ICapacitySource
{
    /// <summary>The offers for a job at an instant; never empty on a working machine, since this machine itself is an offer. An unknown price is not
    /// measured, never zero.</summary>
    Task<IReadOnlyList<CapacityOffer>> OffersAsync(ScoringJob job, DateTimeOffset at, CancellationToken ct);
}
