using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Host.Adapters;

/// <summary>Offers this machine's cores. Thread-safe.</summary>
/// <param name="prices">What they cost: one core of this machine, or a rented machine as a whole.</param>
/// <param name="offering">What it is rented as.</param>
/// <param name="configuredWorkers">Workers when the job does not say; 0 means one per core.</param>
internal sealed class LocalCapacity(CurrentPrices prices, Offering offering, int configuredWorkers) : ICapacitySource
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<CapacityOffer>> OffersAsync(ScoringJob job, DateTimeOffset at, CancellationToken ct)
    {
        var book = await prices.BookAsync(at, ct).ConfigureAwait(false);
        var workers = JobNeeds.Workers(job, configuredWorkers, Environment.ProcessorCount);
        var price = book.At(offering, at).PerHour;
        return [new CapacityOffer(offering, workers, offering == Offering.Local ? price : price.Map(p => p with { Amount = p.Amount / workers }))];
    }
}
