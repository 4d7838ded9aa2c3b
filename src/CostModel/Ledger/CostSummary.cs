using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>What was spent, on what, and what it saved: one line a job, run, model or serving name. Immutable and pure; lines and unallocated sum to the
/// total to the last digit.</summary>
/// <param name="Grouping">What a line stands for.</param>
/// <param name="Lines">By name (ordinal).</param>
/// <param name="Unallocated">Spend that no line owns; null means all of it is allocated.</param>
/// <param name="Total">The sum of all lines and of what is allocated to none.</param>
/// <param name="Baseline">What a real-time prediction costs, measured or assumed.</param>
public sealed record CostSummary(CostGrouping Grouping, IReadOnlyList<CostLine> Lines, CostLine? Unallocated, CostLine Total, RealtimeBaseline Baseline)
{
    /// <summary>Sums the ledger.</summary>
    /// <param name="entries">Ledger entries; corrected ones and their reversals cancel out.</param>
    /// <param name="served">Look-ups answered in the same period; null means they are not known.</param>
    /// <param name="servingNames">Serving name by job; a job that is not named serves under its own name.</param>
    /// <param name="grouping">What a line stands for.</param>
    /// <param name="baseline">What a real-time prediction costs; see <see cref="RealtimeBaseline.From"/>.</param>
    public static CostSummary Of(
        IReadOnlyList<SpendEntry> entries,
        IReadOnlyList<ServedCount>? served,
        IReadOnlyDictionary<string, string> servingNames,
        CostGrouping grouping,
        RealtimeBaseline baseline)
    {
        var standing = LedgerCorrection.Standing(entries);
        var lines = new List<CostLine>();
        CostLine? unallocated = null;
        foreach (var group in standing.GroupBy(e => OwnerOf(e, servingNames, grouping)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var members = group.ToList();
            if (group.Key.Length == 0)
                unallocated = CostArithmetic.LineOf(UnallocatedName(grouping), members, Measured<long>.NotMeasured("nobody owns this spend"), baseline);
            else
                lines.Add(CostArithmetic.LineOf(group.Key, members, ServedBy(group.Key, served, servingNames, grouping), baseline));
        }

        var allServed = served is null ? Measured<long>.NotMeasured("look-ups were not counted")
            : Measured<long>.Of(served.Where(s => s.IsServed).Sum(s => s.Count));
        return new CostSummary(grouping, lines, unallocated, CostArithmetic.LineOf("total", standing, allServed, baseline), baseline);
    }

    private static string OwnerOf(SpendEntry entry, IReadOnlyDictionary<string, string> servingNames, CostGrouping grouping) => grouping switch
    {
        CostGrouping.Job => entry.Job,
        CostGrouping.Run => entry.Run?.ToString() ?? "",
        CostGrouping.Model => entry.Model,
        CostGrouping.ServingName => servingNames.GetValueOrDefault(entry.Job, entry.Job),
        _ => throw new ArgumentOutOfRangeException(nameof(grouping), grouping, "no such grouping"),
    };

    private static Measured<long> ServedBy(string name, IReadOnlyList<ServedCount>? served, IReadOnlyDictionary<string, string> servingNames,
        CostGrouping grouping)
    {
        if (served is null)
            return Measured<long>.NotMeasured("look-ups were not counted");
        var servingName = grouping switch
        {
            CostGrouping.ServingName => name,
            CostGrouping.Job when servingNames.Values.Count(v => v == servingNames.GetValueOrDefault(name, name)) <= 1 =>
                servingNames.GetValueOrDefault(name, name),
            _ => null,
        };
        return servingName is null
            ? Measured<long>.NotMeasured("look-ups are counted by serving name")
            : Measured<long>.Of(served.Where(s => s.ServingName == servingName && s.IsServed).Sum(s => s.Count));
    }

    private static string UnallocatedName(CostGrouping grouping) => grouping switch
    {
        CostGrouping.Run => "unallocated (no run: the real-time endpoint)",
        CostGrouping.Model => "unallocated (model not known)",
        _ => "unallocated (no job or serving name)",
    };
}
