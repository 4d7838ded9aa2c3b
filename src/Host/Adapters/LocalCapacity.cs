using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Host.Adapters;

/// <summary>Offers this machine's cores, priced by the sheet's local offering. Thread-safe.</summary>
internal sealed class LocalCapacity(CurrentPrices prices, int configuredWorkers) : ICapacitySource
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<CapacityOffer>> OffersAsync(ScoringJob job, DateTimeOffset at, CancellationToken ct)
    {
        var book = await prices.BookAsync(at, ct).ConfigureAwait(false);
        return [new CapacityOffer(Offering.Local, JobNeeds.Workers(job, configuredWorkers, Environment.ProcessorCount), book.At(Offering.Local, at).PerHour)];
    }
}
