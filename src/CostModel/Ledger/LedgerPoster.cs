using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Ledger;

/// <summary>Posts stored usage to the stored ledger by the stored prices. What is posted stays as it is; where a price was missing then and is known now, the
/// entry is reversed and replaced by dated entries that point at it (<see cref="LedgerCorrection"/>). Posting again posts nothing twice. Thread-safe.</summary>
/// <param name="database">The database.</param>
/// <param name="clock">Says when an entry is written.</param>
public sealed class LedgerPoster(StateDatabase database, TimeProvider clock)
{
    private readonly UsageStore _usage = new(database);
    private readonly LedgerStore _ledger = new(database);
    private readonly PriceStore _prices = new(database);

    /// <summary>Posts whatever usage of the run is not in the ledger yet, and corrects what had no price.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model">The model's "name:number".</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The new entries; empty when all usage was posted before and no missing price has come.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<IReadOnlyList<SpendEntry>> PostRunAsync(RunId run, string model, CancellationToken ct)
    {
        var usage = await _usage.ListAsync(run, ct).ConfigureAwait(false);
        return await PostAsync(usage, new LedgerFilter(RunId: run), _ => (run.Job, model), ct).ConfigureAwait(false);
    }

    /// <summary>Posts usage that belongs to no run (endpoints) and overlaps the half-open interval, under its serving name.</summary>
    /// <returns>The new entries.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<IReadOnlyList<SpendEntry>> PostEndpointsAsync(DateTimeOffset from, DateTimeOffset toExclusive, CancellationToken ct)
    {
        var usage = (await _usage.ListAsync(from, toExclusive, ct).ConfigureAwait(false)).Where(u => u.Run is null).ToList();
        return await PostAsync(usage, new LedgerFilter(From: usage.Count == 0 ? from : usage.Min(u => u.From)), u => (u.ServingName, ""), ct)
            .ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<SpendEntry>> PostAsync(IReadOnlyList<UsageRecord> usage, LedgerFilter posted,
        Func<UsageRecord, (string Job, string Model)> owner, CancellationToken ct)
    {
        var known = (await _ledger.ListAsync(posted, ct).ConfigureAwait(false)).ToLookup(e => e.UsageId);
        var open = usage.Where(u => !known.Contains(u.Id)).ToList();
        var unpriced = usage.Where(u => LedgerCorrection.Standing([.. known[u.Id]]).Any(e => !e.Cost.HasValue)).ToList();
        if (open.Count == 0 && unpriced.Count == 0)
            return [];
        var prices = new PriceBook(await _prices.ListAsync(ct).ConfigureAwait(false));
        var now = clock.GetUtcNow();
        var entries = open.SelectMany(u => UsagePricing.EntriesOf(u, owner(u).Job, owner(u).Model, prices, now))
            .Concat(unpriced.SelectMany(u => Priced(LedgerCorrection.Correct([.. known[u.Id]], u, owner(u).Job, owner(u).Model, prices, now)))).ToList();
        await _ledger.AppendAsync(entries, ct).ConfigureAwait(false);
        return entries;
    }

    /// <summary>A correction that still knows no price says nothing new, whatever its reason: it is not posted.</summary>
    private static IReadOnlyList<SpendEntry> Priced(IReadOnlyList<SpendEntry> correction) => correction.Any(e => e.Cost.HasValue) ? correction : [];
}
