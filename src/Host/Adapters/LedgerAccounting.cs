using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Adapters;

/// <summary>Posts a run's usage to the ledger at the prices known now. Posting again posts nothing twice. Thread-safe.</summary>
internal sealed class LedgerAccounting(StateDatabase database, RunStore runs, CurrentPrices prices, TimeProvider clock) : IRunAccounting
{
    /// <inheritdoc/>
    public async Task CloseAsync(RunId run, CancellationToken ct)
    {
        await prices.PinAsync(ct).ConfigureAwait(false);
        var record = await runs.FindAsync(run, ct).ConfigureAwait(false);
        await new LedgerPoster(database, clock).PostRunAsync(run, record?.Model.ToString() ?? "", ct).ConfigureAwait(false);
    }
}
