using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>Entries that were corrected at one instant.</summary>
/// <param name="PostedAt">When.</param>
/// <param name="Usages">How many usages.</param>
/// <param name="Before">What the ledger said of them before; not measured when no price was known.</param>
/// <param name="After">What it says since.</param>
public sealed record CorrectionRound(DateTimeOffset PostedAt, int Usages, Measured<Money> Before, Measured<Money> After)
{
    /// <summary>Every round among the entries, in order of time. Pure.</summary>
    public static IReadOnlyList<CorrectionRound> Of(IReadOnlyList<SpendEntry> entries) =>
        [.. entries.Where(e => e.CorrectsEntryId is not null).GroupBy(e => e.PostedAt).OrderBy(g => g.Key).Select(round => new CorrectionRound(round.Key,
            round.Select(e => e.UsageId).Distinct(StringComparer.Ordinal).Count(),
            Spend.Of(round.Where(LedgerCorrection.IsReversal).Select(e => e with { Cost = e.Cost.Map(m => m * -1m) })).Total,
            Spend.Of(round.Where(e => !LedgerCorrection.IsReversal(e))).Total))];
}
