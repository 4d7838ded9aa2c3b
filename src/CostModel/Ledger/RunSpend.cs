using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Ledger;

/// <summary>What a run has spent until now: the usage that is over and the time that is not. Thread-safe; writes nothing.</summary>
/// <param name="database">The database.</param>
public sealed class RunSpend(StateDatabase database)
{
    /// <summary>At the prices of a book. Processes that died are counted until their last sign of life.</summary>
    /// <param name="run">The run.</param>
    /// <param name="pricesAsync">Gives the book of the prices from an instant on.</param>
    /// <param name="now">The end of what is not over.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<Measured<Money>> OfAsync(RunId run, Func<DateTimeOffset, Task<PriceBook>> pricesAsync, DateTimeOffset now, CancellationToken ct)
    {
        var usage = await new UsageStore(database).ListAsync(run, ct).ConfigureAwait(false);
        var open = (await new OpenSliceStore(database).ListAsync(run, ct).ConfigureAwait(false))
            .Select(s => s.Usage(s.From, s.IsDead(now) ? s.SeenAt : now)).Where(u => u.Duration > TimeSpan.Zero);
        List<UsageRecord> all = [.. usage.Concat(open)];
        var prices = await pricesAsync(all.Count > 0 ? all.Min(u => u.From) : now).ConfigureAwait(false);
        return Spend.Of(all.SelectMany(u => UsagePricing.EntriesOf(u, run.Job, "", prices, now))).Total;
    }
}
