using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Adapters;

/// <summary>Posts a run's usage to the ledger at the prices known now, and what others have left behind. Posting again posts nothing twice.
/// Thread-safe.</summary>
internal sealed class LedgerAccounting(StateDatabase database, CurrentPrices prices, TimeProvider clock) : IRunAccounting
{
    // Of usage without a price a night tries so much again, and the next night the rest; `cost report` tries all of it.
    private const int MostCaughtUp = 10_000;

    /// <inheritdoc/>
    public async Task<Measured<Money>> SpentAsync(RunId run, CancellationToken ct) =>
        await new RunSpend(database).OfAsync(run, since => prices.BookAsync(since, ct), clock.GetUtcNow(), ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task CloseAsync(RunId run, CancellationToken ct)
    {
        var poster = new LedgerPoster(database, clock, prices);
        await poster.PostRunAsync(run, ct).ConfigureAwait(false);
        // What processes that died have left waits for whoever comes next.
        await poster.CatchUpAsync(MostCaughtUp, ct).ConfigureAwait(false);
    }
}
