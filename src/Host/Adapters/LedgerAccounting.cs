using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database;

namespace BatchEngine.Host.Adapters;

/// <summary>Posts a run's usage to the ledger. Posting again posts nothing twice. Thread-safe.</summary>
internal sealed class LedgerAccounting(RunStore runs, UsageStore usage, LedgerStore ledger, CurrentPrices prices, TimeProvider clock) : IRunAccounting
{
    /// <inheritdoc/>
    public async Task CloseAsync(RunId run, CancellationToken ct)
    {
        var record = await runs.FindAsync(run, ct).ConfigureAwait(false);
        var book = await prices.BookAsync(ct).ConfigureAwait(false);
        var entries = (await usage.ListAsync(run, ct).ConfigureAwait(false))
            .SelectMany(u => LedgerPosting.Post(u, run.Job, record?.Model.ToString() ?? "", book, clock.GetUtcNow())).ToList();
        await ledger.AppendAsync(entries, ct).ConfigureAwait(false);
    }
}
