using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Ledger;

/// <summary>Proves that the ledger is usage times price: every usage is posted once, for its time, at what its price folder said when it was posted.
/// Thread-safe;
/// writes nothing.</summary>
/// <param name="database">The database.</param>
/// <param name="clock">Says which open slices belong to dead processes.</param>
public sealed class LedgerProof(StateDatabase database, TimeProvider clock)
{
    private const int PageUsages = 5_000, MaxSubjects = 10_000, MaxBooks = 64;

    private readonly Dictionary<string, IReadOnlyList<PriceReading>> _readings = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Folder, DateTimeOffset At), PriceBook> _books = [];

    /// <summary>Compares all of it, a page at a time.</summary>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<LedgerVerdict> CheckAsync(CancellationToken ct)
    {
        var (store, ledger, now) = (new UsageStore(database), new LedgerStore(database), clock.GetUtcNow());
        var open = await new OpenSliceStore(database).ListAsync(null, ct).ConfigureAwait(false);
        var differences = new List<LedgerDifference>();
        var (twice, last) = (new Dictionary<string, UsageRecord>(StringComparer.Ordinal), (UsageRecord?)null);
        var (usages, proved, former, spend) = (0, 0, 0, Spend.None);
        do
        {
            var usage = await store.PageAsync(last, PageUsages, ct).ConfigureAwait(false);
            var entries = (await ledger.OfUsageAsync(usage.Select(u => u.Id), ct).ConfigureAwait(false)).ToLookup(e => e.UsageId, StringComparer.Ordinal);
            foreach (var used in usage)
            {
                var standing = LedgerCorrection.Standing([.. entries[used.Id]]);
                spend = spend.Plus(Spend.Of(standing));
                if (Unequal(used, standing) is { } problem)
                    differences.Add(new LedgerDifference(used.Id, false, problem));
                else if (used.PricedBy.Length == 0)
                    former++;
                else if (await MispricedAsync(used, standing, ct).ConfigureAwait(false) is { } wrong)
                    differences.Add(new LedgerDifference(used.Id, false, wrong));
                else if (standing.FirstOrDefault(e => !e.Cost.HasValue) is { } unpriced)
                    differences.Add(new LedgerDifference(used.Id, true,
                        $"{Figures.Duration(used.Duration)} on {used.Offering} has no price: {unpriced.Cost.Reason}"));
                else
                    proved++;
                if (Twice(used, twice) is { } again)
                    differences.Add(again);
            }
            usages += usage.Count;
            last = usage.Count == PageUsages ? usage[^1] : null;
        }
        while (last is not null);

        var strays = await ledger.WithoutUsageAsync(ct).ConfigureAwait(false);
        spend = spend.Plus(Spend.Of(LedgerCorrection.Standing(strays)));
        differences.AddRange(strays.GroupBy(e => e.UsageId, StringComparer.Ordinal).Select(g =>
            new LedgerDifference(g.Key, false, $"{g.Count()} ledger entries price a usage that is not recorded")));
        differences.AddRange(open.Where(s => s.IsDead(now)).Select(s =>
            new LedgerDifference(s.Id, false, $"{s.Subject} gave its last sign of life at {Figures.Instant(s.SeenAt)} and its time is not settled")));
        return new LedgerVerdict(usages, proved, former, open.Count(s => !s.IsDead(now)), spend, differences);
    }

    private static string? Unequal(UsageRecord usage, IReadOnlyList<SpendEntry> standing)
    {
        if (standing.Count == 0)
            return $"{Figures.Duration(usage.Duration)} of {usage.Subject} is not in the ledger"
                + (usage.PricedBy.Length > 0 ? $"; the prices of {usage.PricedBy} count for it" : "");
        var time = standing.Aggregate(TimeSpan.Zero, (sum, e) => sum + e.Duration);
        if (time != usage.Duration)
            return $"the ledger has {time.TotalSeconds:0.######} s, the usage {usage.Duration.TotalSeconds:0.######} s";
        var predictions = standing.Sum(e => e.Predictions);
        return predictions == usage.Predictions ? null
            : $"the ledger has {Figures.Count(predictions)} predictions, the usage {Figures.Count(usage.Predictions)}";
    }

    // One process is never billed twice for one time. Parts of an interval share it, so only whole ones are compared. Usage comes by its start, so that of each
    // subject the record that goes furthest is enough, and one that has ended before the present start is forgotten.
    private static LedgerDifference? Twice(UsageRecord used, Dictionary<string, UsageRecord> furthest)
    {
        if (used.Billed is not null)
            return null;
        var before = furthest.GetValueOrDefault(used.Subject);
        if (before is null || used.ToExclusive > before.ToExclusive)
            furthest[used.Subject] = used;
        if (furthest.Count > MaxSubjects)
        {
            foreach (var over in furthest.Where(f => f.Value.ToExclusive <= used.From).Select(f => f.Key).ToList())
                furthest.Remove(over);
        }
        return before is null || used.From >= before.ToExclusive || used.ToExclusive <= used.From ? null
            : new LedgerDifference(used.Id, false,
                $"{used.Subject} is billed twice from {Figures.Instant(used.From)}: usage {before.Id} goes to {Figures.Instant(before.ToExclusive)}");
    }

    private async Task<string?> MispricedAsync(UsageRecord usage, IReadOnlyList<SpendEntry> standing, CancellationToken ct)
    {
        var posted = standing[0];
        var expected = UsagePricing.EntriesOf(usage, posted.Job, posted.Model, await BookAsync(usage.PricedBy, posted.PostedAt, ct).ConfigureAwait(false),
            posted.PostedAt);
        foreach (var right in expected)
        {
            var found = standing.Where(e => e.Kind == right.Kind).ToList();
            if (found is not [var one])
                return $"the ledger has {found.Count} entries for {right.Kind.ToString().ToLowerInvariant()} time, expected 1";
            if (one.Duration != right.Duration)
                return $"{one.Id} has {one.Duration.TotalSeconds:0.######} s, usage gives {right.Duration.TotalSeconds:0.######} s";
            if (!Same(one.Cost, right.Cost))
                return $"{one.Id} says {one.Cost}, usage x price is {right.Cost}";
            if (!Same(one.OnDemandCost, right.OnDemandCost))
                return $"{one.Id} says {one.OnDemandCost} on-demand, usage x price is {right.OnDemandCost}";
        }

        return null;
    }

    private static bool Same(Measured<Money> left, Measured<Money> right) =>
        left.TryGet(out var a) && right.TryGet(out var b) ? a == b : left.HasValue == right.HasValue;

    private async Task<PriceBook> BookAsync(string folder, DateTimeOffset at, CancellationToken ct)
    {
        if (_books.TryGetValue((folder, at), out var book))
            return book;
        if (_books.Count >= MaxBooks)
            _books.Clear();
        if (!_readings.TryGetValue(folder, out var readings))
            _readings[folder] = readings = await new PriceReadings(database).ListAsync(folder, ct).ConfigureAwait(false);
        return _books[(folder, at)] = PriceHistory.BookAt(readings, at);
    }
}
