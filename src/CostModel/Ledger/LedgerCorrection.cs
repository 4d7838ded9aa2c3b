using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>
/// Corrects posted entries without touching them: every wrong entry gets a full reversal, and the usage is posted again as replacements. Pure.
/// The sum over all entries and the sum over <see cref="Standing"/> are the same, except that only the latter is free of entries that never had a price.
/// </summary>
public static class LedgerCorrection
{
    /// <summary>The longest chain of corrections of one entry.</summary>
    public const int MaxChain = 64;

    private const string Reversal = "/reversal";
    private const string Replacement = "/replacement";

    /// <summary>Entries that reverse what stands for a usage and post it again with other prices, for instance when a missing price has become known.</summary>
    /// <param name="posted">All entries of the usage so far.</param>
    /// <param name="usage">The usage.</param>
    /// <param name="job">The job.</param>
    /// <param name="model">The model.</param>
    /// <param name="prices">The prices that now count.</param>
    /// <param name="postedAt">When the correction is written.</param>
    /// <returns>Empty when the new posting equals what stands.</returns>
    /// <exception cref="InvariantBrokenException">An entry belongs to another usage, or the chain of corrections is longer than
    /// <see cref="MaxChain"/>.</exception>
    public static IReadOnlyList<SpendEntry> Correct(IReadOnlyList<SpendEntry> posted, UsageRecord usage, string job, string model, PriceBook prices,
        DateTimeOffset postedAt)
    {
        if (posted.FirstOrDefault(e => e.UsageId != usage.Id) is { } stranger)
            throw new InvariantBrokenException("a correction gets the entries of its own usage",
                $"entry {stranger.Id} belongs to usage {stranger.UsageId}, not {usage.Id}");
        var standing = Standing(posted);
        var renewed = UsagePricing.EntriesOf(usage, job, model, prices, postedAt);
        if (standing.Count == renewed.Count && standing.Zip(renewed).All(pair => SaysTheSame(pair.First, pair.Second)))
            return [];
        var round = posted.Count(e => IsReversal(e)) == 0 ? 1 : posted.Where(e => IsReversal(e)).Max(e => RoundOf(e.Id)) + 1;
        if (round > MaxChain)
            throw new InvariantBrokenException($"a usage is corrected at most {MaxChain} times", usage.Id);
        var entries = new List<SpendEntry>(standing.Count + renewed.Count);
        foreach (var wrong in standing)
            entries.Add(wrong with
            {
                Id = FormattableString.Invariant($"{wrong.UsageId}/{wrong.Kind.ToString().ToLowerInvariant()}{Reversal}/{round}"),
                Duration = -wrong.Duration,
                Cost = wrong.Cost.Map(m => m * -1m),
                OnDemandCost = wrong.OnDemandCost.Map(m => m * -1m),
                Predictions = -wrong.Predictions,
                PostedAt = postedAt,
                CorrectsEntryId = wrong.Id,
            });
        foreach (var entry in renewed)
            entries.Add(entry with
            {
                Id = FormattableString.Invariant($"{entry.Id}{Replacement}/{round}"),
                CorrectsEntryId = standing.FirstOrDefault(w => w.Kind == entry.Kind)?.Id ?? standing.FirstOrDefault()?.Id,
            });
        return entries;
    }

    /// <summary>The entries that count: reversals and what they reverse are left out. The order is kept.</summary>
    public static IReadOnlyList<SpendEntry> Standing(IReadOnlyList<SpendEntry> entries)
    {
        var reversed = entries.Where(IsReversal).Select(e => e.CorrectsEntryId).ToHashSet();
        return [.. entries.Where(e => !IsReversal(e) && !reversed.Contains(e.Id))];
    }

    /// <summary>Whether the entry takes back an earlier one.</summary>
    internal static bool IsReversal(SpendEntry entry) => entry.CorrectsEntryId is not null && entry.Id.Contains(Reversal + "/", StringComparison.Ordinal);

    private static int RoundOf(string id) => int.Parse(id.AsSpan(id.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private static bool SaysTheSame(SpendEntry left, SpendEntry right) =>
        left with { Id = "", PostedAt = default, CorrectsEntryId = null } == right with { Id = "", PostedAt = default, CorrectsEntryId = null };
}
