using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.CostModel.Ledger;

/// <summary>Posts stored usage to the stored ledger. What is posted with a price stays as it is; where a price was missing and is known now, the entry is
/// reversed and replaced by dated entries that point at it (<see cref="LedgerCorrection"/>). Usage that a process of another price folder metered is priced by
/// the last word of that folder. Posting again posts nothing twice. Thread-safe.</summary>
/// <param name="database">The database.</param>
/// <param name="clock">Says when an entry is written.</param>
/// <param name="prices">What usage is priced with.</param>
public sealed class LedgerPoster(StateDatabase database, TimeProvider clock, IPriceBooks prices)
{
    private readonly UsageStore _usage = new(database);
    private readonly OpenSliceStore _slices = new(database);
    private readonly LedgerStore _ledger = new(database);
    private readonly RunStore _runs = new(database);

    /// <summary>Posts whatever usage of the run is not in the ledger yet, and corrects what had no price.</summary>
    /// <returns>The new entries; empty when all usage was posted before and no missing price has come.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<IReadOnlyList<SpendEntry>> PostRunAsync(RunId run, CancellationToken ct) =>
        (await PostAsync(await _usage.ListAsync(run, ct).ConfigureAwait(false), new LedgerFilter(RunId: run), ct).ConfigureAwait(false)).Entries;

    /// <summary>Posts usage that belongs to no run (endpoints) and overlaps the half-open interval, under its serving name.</summary>
    /// <returns>The new entries.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<IReadOnlyList<SpendEntry>> PostEndpointsAsync(DateTimeOffset from, DateTimeOffset toExclusive, CancellationToken ct)
    {
        var usage = (await _usage.ListAsync(from, toExclusive, ct).ConfigureAwait(false)).Where(u => u.Run is null).ToList();
        return (await PostAsync(usage, new LedgerFilter(From: usage.Count == 0 ? from : usage.Min(u => u.From)), ct).ConfigureAwait(false)).Entries;
    }

    /// <summary>Brings the whole ledger up to date: open slices of dead processes become usage, usage that nobody posted is posted, and what had no price is
    /// corrected where there is one now.</summary>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<CaughtUp> CatchUpAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var settled = 0;
        foreach (var dead in (await _slices.ListAsync(null, ct).ConfigureAwait(false)).Where(s => s.IsDead(now)))
            settled += await _slices.SettleAsync(dead, now, ct).ConfigureAwait(false) ? 1 : 0;
        var (_, posted, corrected) = await PostAsync(await _usage.UnsettledAsync(ct).ConfigureAwait(false), new LedgerFilter(), ct).ConfigureAwait(false);
        return new CaughtUp(settled, posted, corrected);
    }

    private async Task<(IReadOnlyList<SpendEntry> Entries, int Posted, int Corrected)> PostAsync(IReadOnlyList<UsageRecord> usage, LedgerFilter posted,
        CancellationToken ct)
    {
        if (usage.Count == 0)
            return ([], 0, 0);
        var known = (await _ledger.ListAsync(posted, ct).ConfigureAwait(false)).ToLookup(e => e.UsageId);
        var open = usage.Where(u => !known.Contains(u.Id)).ToList();
        var unpriced = usage.Where(u => LedgerCorrection.Standing([.. known[u.Id]]).Any(e => !e.Cost.HasValue)).ToList();
        if (open.Count == 0 && unpriced.Count == 0)
            return ([], 0, 0);
        var models = new Dictionary<RunId, string>();
        foreach (var run in open.Concat(unpriced).Select(u => u.Run).OfType<RunId>().Distinct())
            models[run] = (await _runs.FindAsync(run, ct).ConfigureAwait(false))?.Model.ToString() ?? "";
        var (own, now) = (await prices.PinAsync(ct).ConfigureAwait(false), clock.GetUtcNow());
        var books = new Dictionary<string, PriceBook>(StringComparer.Ordinal) { [""] = own, [prices.Folder] = own };
        foreach (var folder in open.Concat(unpriced).Select(u => u.PricedBy).Distinct(StringComparer.Ordinal).Where(f => !books.ContainsKey(f)).ToList())
            books[folder] = PriceHistory.BookAt(await new PriceReadings(database).ListAsync(folder, ct).ConfigureAwait(false), now);
        var corrections = unpriced
            .Select(u => Priced(LedgerCorrection.Correct([.. known[u.Id]], u, JobOf(u), ModelOf(u), books[u.PricedBy], now)))
            .Where(c => c.Count > 0).ToList();
        var entries = open.SelectMany(u => UsagePricing.EntriesOf(u, JobOf(u), ModelOf(u), books[u.PricedBy], now))
            .Concat(corrections.SelectMany(c => c)).ToList();
        await _ledger.AppendAsync(entries, ct).ConfigureAwait(false);
        return (entries, open.Count, corrections.Count);

        string ModelOf(UsageRecord u) => u.Run is { } run ? models[run] : "";
    }

    private static string JobOf(UsageRecord usage) => usage.Run?.Job ?? usage.ServingName;

    /// <summary>A correction that still knows no price says nothing new, whatever its reason: it is not posted.</summary>
    private static IReadOnlyList<SpendEntry> Priced(IReadOnlyList<SpendEntry> correction) => correction.Any(e => e.Cost.HasValue) ? correction : [];
}
