using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What was spent, on what, and what it saved: one line a job, run, model or serving name. Immutable and pure; lines and unallocated sum to the
/// total to the last digit.</summary>
/// <param name="Grouping">What a line stands for.</param>
/// <param name="Lines">By name (ordinal).</param>
/// <param name="Unallocated">Spend that no line owns; null means all of it is allocated.</param>
/// <param name="Total">The sum of all lines and of what is allocated to none.</param>
/// <param name="Baseline">What a real-time prediction costs, measured or assumed.</param>
public sealed record CostSummary(CostGrouping Grouping, IReadOnlyList<CostLine> Lines, CostLine? Unallocated, CostLine Total, RealtimeBaseline Baseline)
{
    /// <summary>What was corrected since it was first posted, in order of time.</summary>
    public IReadOnlyList<CorrectionRound> Corrections { get; init; } = [];

    /// <summary>Sums the ledger.</summary>
    /// <param name="entries">Ledger entries; corrected ones and their reversals cancel out.</param>
    /// <param name="lookups">Look-ups of the same period; null means they are not known.</param>
    /// <param name="servingNames">Serving name by job; a job that is not named serves under its own name.</param>
    /// <param name="grouping">What a line stands for.</param>
    /// <param name="baseline">What a real-time prediction costs; see <see cref="RealtimeBaseline.From"/>.</param>
    /// <param name="fates">What became of the runs.</param>
    public static CostSummary Of(
        IReadOnlyList<SpendEntry> entries,
        IReadOnlyList<ServedCount>? lookups,
        IReadOnlyDictionary<string, string> servingNames,
        CostGrouping grouping,
        RealtimeBaseline baseline,
        RunFates fates)
    {
        var standing = LedgerCorrection.Standing(entries);
        var owners = new CostOwners(servingNames, grouping);
        var spent = standing.ToLookup(owners.Of, StringComparer.Ordinal);
        var asked = lookups?.ToLookup(l => owners.OfLookups(l.ServingName), StringComparer.Ordinal);
        // Look-ups without spend have their line too, so that lines add up to the total in both.
        var names = spent.Select(g => g.Key).Concat(asked?.Select(g => g.Key).OfType<string>() ?? []).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        var lines = names.Where(n => n.Length > 0).Select(name => CostArithmetic.LineOf(name, [.. spent[name]], LookupsOf(name), baseline, fates)).ToList();
        var nobodys = spent[""].ToList();
        var unallocated = nobodys.Count == 0 ? null
            : CostArithmetic.LineOf(UnallocatedName(grouping), nobodys, LookupCounts.NotMeasured("nobody owns this spend"), baseline, fates);
        var all = lookups is null ? LookupCounts.NotMeasured("look-ups were not counted") : LookupCounts.Of(lookups);
        return new CostSummary(grouping, lines, unallocated, CostArithmetic.LineOf("total", standing, all, baseline, fates), baseline)
        {
            Corrections = CorrectionRound.Of(entries),
        };

        LookupCounts LookupsOf(string name) => asked is null ? LookupCounts.NotMeasured("look-ups were not counted")
            : grouping is CostGrouping.Job or CostGrouping.ServingName ? LookupCounts.Of(asked[name])
            : LookupCounts.NotMeasured("look-ups are counted by serving name");
    }

    private static string UnallocatedName(CostGrouping grouping) => grouping switch
    {
        CostGrouping.Run => "unallocated (no run)",
        CostGrouping.Model => "unallocated (model not known)",
        _ => "unallocated (no job or serving name)",
    };
}
