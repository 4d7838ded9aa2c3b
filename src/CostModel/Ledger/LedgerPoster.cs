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
    private const int PortionUsages = 5_000;

    private readonly UsageStore _usage = new(database);
    private readonly OpenSliceStore _slices = new(database);
    private readonly LedgerStore _ledger = new(database);
    private readonly RunStore _runs = new(database);

    /// <summary>Posts whatever usage of the run is not in the ledger yet, and corrects what had no price.</summary>
    /// <returns>The new entries; empty when all usage was posted before and no missing price has come.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<IReadOnlyList<SpendEntry>> PostRunAsync(RunId run, CancellationToken ct) =>
        (await PostAsync(await _usage.ListAsync(run, ct).ConfigureAwait(false), ct).ConfigureAwait(false)).Entries;

    /// <summary>Posts usage that belongs to no run (endpoints) and overlaps the half-open interval, under its serving name.</summary>
    /// <returns>The new entries.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<IReadOnlyList<SpendEntry>> PostEndpointsAsync(DateTimeOffset from, DateTimeOffset toExclusive, CancellationToken ct)
    {
        var usage = (await _usage.ListAsync(from, toExclusive, ct).ConfigureAwait(false)).Where(u => u.Run is null).ToList();
        return (await PostAsync(usage, ct).ConfigureAwait(false)).Entries;
    }

    /// <summary>Brings the whole ledger up to date: open slices of dead processes become usage, usage that nobody posted is posted, and what had no price is
    /// corrected where there is one now.</summary>
    /// <param name="most">How much usage is looked at; what is left waits for the next call. Null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">The database cannot be read or written.</exception>
    public async Task<CaughtUp> CatchUpAsync(int? most, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var settled = 0;
        foreach (var dead in (await _slices.ListAsync(null, ct).ConfigureAwait(false)).Where(s => s.IsDead(now)))
            settled += await _slices.SettleAsync(dead, now, ct).ConfigureAwait(false) ? 1 : 0;
        var caught = new CaughtUp(settled, 0, 0);
        // What the sheets say now is known first: what had no price is tried again only when they say something new.
        if (await _usage.AnyUnsettledAsync(ct).ConfigureAwait(false))
            await prices.PinAsync(now, ct).ConfigureAwait(false);
        for (var left = most ?? int.MaxValue; left > 0; left -= PortionUsages)
        {
            var portion = Math.Min(left, PortionUsages);
            var usage = await _usage.UnsettledAsync(portion, ct).ConfigureAwait(false);
            var (_, posted, corrected) = await PostAsync(usage, ct).ConfigureAwait(false);
            caught = caught with { Posted = caught.Posted + posted, Corrected = caught.Corrected + corrected };
            if (usage.Count < portion)
                break;
        }
        return caught;
    }

    private async Task<(IReadOnlyList<SpendEntry> Entries, int Posted, int Corrected)> PostAsync(IReadOnlyList<UsageRecord> usage, CancellationToken ct)
    {
        if (usage.Count == 0)
            return ([], 0, 0);
        var known = (await _ledger.OfUsageAsync(usage.Select(u => u.Id), ct).ConfigureAwait(false)).ToLookup(e => e.UsageId);
        var open = usage.Where(u => !known.Contains(u.Id)).ToList();
        var unpriced = usage.Where(u => LedgerCorrection.Standing([.. known[u.Id]]).Any(e => !e.Cost.HasValue)).ToList();
        if (open.Count == 0 && unpriced.Count == 0)
        {
            await _ledger.AppendAsync([], new UsageSettlement([.. usage.Select(u => u.Id)], [], 0), ct).ConfigureAwait(false);
            return ([], 0, 0);
        }
        var models = new Dictionary<RunId, string>();
        foreach (var run in open.Concat(unpriced).Select(u => u.Run).OfType<RunId>().Distinct())
            models[run] = (await _runs.FindAsync(run, ct).ConfigureAwait(false))?.Model.ToString() ?? "";
        var since = open.Concat(unpriced).Min(u => u.From);
        var (own, now) = (await prices.PinAsync(since, ct).ConfigureAwait(false), clock.GetUtcNow());
        // Known before the books are made: what is read meanwhile is tried once more.
        var read = await new PriceReadings(database).NewestAsync(ct).ConfigureAwait(false);
        var books = new Dictionary<string, PriceBook>(StringComparer.Ordinal) { [""] = own, [prices.Folder] = own };
        foreach (var folder in open.Concat(unpriced).Select(u => u.PricedBy).Distinct(StringComparer.Ordinal).Where(f => !books.ContainsKey(f)).ToList())
            books[folder] = PriceHistory.BookAt(await new PriceReadings(database).SinceAsync(folder, since, ct).ConfigureAwait(false), now);
        var corrections = unpriced
            .Select(u => Priced(LedgerCorrection.Correct([.. known[u.Id]], u, JobOf(u), ModelOf(u), books[u.PricedBy], now)))
            .Where(c => c.Count > 0).ToList();
        var entries = open.SelectMany(u => UsagePricing.EntriesOf(u, JobOf(u), ModelOf(u), books[u.PricedBy], now))
            .Concat(corrections.SelectMany(c => c)).ToList();
        var written = entries.ToLookup(e => e.UsageId);
        var settled = usage.Select(u => u.Id)
            .ToLookup(id => LedgerCorrection.Standing([.. known[id], .. written[id]]).All(e => e.Cost.HasValue));
        await _ledger.AppendAsync(entries, new UsageSettlement([.. settled[true]], [.. settled[false]], read), ct).ConfigureAwait(false);
        return (entries, open.Count, corrections.Count);

        string ModelOf(UsageRecord u) => u.Run is { } run ? models[run] : "";
    }

    private static string JobOf(UsageRecord usage) => usage.Run?.Job ?? usage.ServingName;

    /// <summary>A correction that still knows no price says nothing new, whatever its reason: it is not posted.</summary>
    private static IReadOnlyList<SpendEntry> Priced(IReadOnlyList<SpendEntry> correction) => correction.Any(e => e.Cost.HasValue) ? correction : [];
}
