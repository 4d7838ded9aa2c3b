using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Host.Adapters;

/// <summary>Offers this machine's cores, or for a job whose workers are elsewhere those that are there now. Thread-safe.</summary>
/// <param name="prices">What they cost: one core of this machine, or a rented machine as a whole.</param>
/// <param name="elsewhere">Who works elsewhere.</param>
/// <param name="offering">What this machine is rented as.</param>
/// <param name="configuredWorkers">Workers when the job does not say; 0 means one per core.</param>
internal sealed class LocalCapacity(CurrentPrices prices, WorkerStore elsewhere, Offering offering, int configuredWorkers) : ICapacitySource
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<CapacityOffer>> OffersAsync(ScoringJob job, DateTimeOffset at, CancellationToken ct)
    {
        var book = await prices.BookAsync(at, ct).ConfigureAwait(false);
        if (job.WorkerMode == WorkerMode.Elsewhere)
            return [await ElsewhereAsync(job, offering => book.At(offering, at).PerHour, ct).ConfigureAwait(false)];
        var workers = JobNeeds.Workers(job, configuredWorkers, Environment.ProcessorCount);
        return [new CapacityOffer(offering, workers, PerWorker(book.At(offering, at).PerHour, offering, 1, workers))];
    }

    // Whoever comes later may run on something else, so only what all of them run on now is a price to plan with.
    private async Task<CapacityOffer> ElsewhereAsync(ScoringJob job, Func<Offering, Measured<Money>> price, CancellationToken ct)
    {
        var there = (await elsewhere.ListAsync(ct).ConfigureAwait(false))
            .Where(w => w is { IsGone: false, State: WorkerState.Working or WorkerState.Idle }).Select(w => w.Card).ToList();
        var workers = job.Workers > 0 ? job.Workers : Math.Max(1, there.Count);
        return there.Select(w => w.Offering).Distinct().ToList() switch
        {
            [] => new CapacityOffer(Offering.Unknown, workers, Measured<Money>.NotMeasured("no worker is there yet, so nobody knows what it will run on")),
            [var only] => new CapacityOffer(only, workers, PerWorker(price(only), only, there.DistinctBy(w => w.Host).Count(), there.Count)),
            var several => new CapacityOffer(Offering.Unknown, workers,
                Measured<Money>.NotMeasured($"the workers that are there run on several offerings: {string.Join(", ", several.Take(3))}")),
        };
    }

    private static Measured<Money> PerWorker(Measured<Money> price, Offering offering, int machines, int workers) =>
        offering == Offering.Local ? price : price.Map(p => p with { Amount = p.Amount * machines / workers });
}
