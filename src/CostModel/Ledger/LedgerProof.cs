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
    private readonly Dictionary<string, IReadOnlyList<PriceReading>> _readings = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Folder, DateTimeOffset At), PriceBook> _books = [];

    /// <summary>Compares all of it.</summary>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<LedgerVerdict> CheckAsync(CancellationToken ct)
    {
        var usage = await new UsageStore(database).ListAsync((RunId?)null, ct).ConfigureAwait(false);
        var all = await new LedgerStore(database).ListAsync(new LedgerFilter(), ct).ConfigureAwait(false);
        var entries = all.ToLookup(e => e.UsageId, StringComparer.Ordinal);
        var open = await new OpenSliceStore(database).ListAsync(null, ct).ConfigureAwait(false);
        var differences = new List<LedgerDifference>();
        var (proved, former) = (0, 0);
        foreach (var used in usage)
        {
            var standing = LedgerCorrection.Standing([.. entries[used.Id]]);
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
        }

        differences.AddRange(Twice(usage));
        var known = usage.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(entries.Where(g => !known.Contains(g.Key)).Select(g =>
            new LedgerDifference(g.Key, false, $"{g.Count()} ledger entries price a usage that is not recorded")));
        differences.AddRange(open.Where(s => s.IsDead(clock.GetUtcNow())).Select(s =>
            new LedgerDifference(s.Id, false, $"{s.Subject} gave its last sign of life at {Figures.Instant(s.SeenAt)} and its time is not settled")));
        return new LedgerVerdict(usage.Count, proved, former, open.Count(s => !s.IsDead(clock.GetUtcNow())), Spend.Of(LedgerCorrection.Standing(all)),
            differences);
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

    // One process is never billed twice for one time. Parts of an interval share it, so only whole ones are compared.
    private static IEnumerable<LedgerDifference> Twice(IReadOnlyList<UsageRecord> usage)
    {
        foreach (var subject in usage.Where(u => u.Billed is null).GroupBy(u => u.Subject, StringComparer.Ordinal))
        {
            UsageRecord? before = null;
            foreach (var used in subject.OrderBy(u => u.From))
            {
                if (before is not null && used.From < before.ToExclusive && used.ToExclusive > used.From)
                    yield return new LedgerDifference(used.Id, false,
                        $"{used.Subject} is billed twice from {Figures.Instant(used.From)}: usage {before.Id} goes to {Figures.Instant(before.ToExclusive)}");
                if (before is null || used.ToExclusive > before.ToExclusive)
                    before = used;
            }
        }
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
        if (!_readings.TryGetValue(folder, out var readings))
            _readings[folder] = readings = await new PriceReadings(database).ListAsync(folder, ct).ConfigureAwait(false);
        return _books[(folder, at)] = PriceHistory.BookAt(readings, at);
    }
}
