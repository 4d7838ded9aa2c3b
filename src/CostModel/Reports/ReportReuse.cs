using System.Globalization;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>What a run took over from an earlier one, and what scoring every row would have cost.</summary>
/// <param name="Base">The run whose predictions were taken over; null when every row was scored.</param>
/// <param name="Why">Why this base, or why none.</param>
/// <param name="RowsNotRead">Rows of shards that were carried over without being read.</param>
/// <param name="FullRun">The run that last scored every row: the yardstick; null when this one did so itself.</param>
/// <param name="AgainstFull">This run's rows at that run's cost a row, against what this run cost.</param>
/// <param name="HowMade">The numbers behind it.</param>
public sealed record ReportReuse(RunId? Base, string Why, long RowsNotRead, RunId? FullRun, Saving AgainstFull, string HowMade)
{
    /// <summary>The base's model when this run's appends trees to it, and went on from its sums; null when both have the same model.</summary>
    public GrownModel? Grown { get; init; }

    /// <summary>Nothing was taken over.</summary>
    public static ReportReuse None(string why)
    {
        var nothing = Measured<Money>.NotMeasured($"every row was scored: {why}");
        return new ReportReuse(null, why, 0, null, new Saving(nothing, nothing), "nothing was taken over");
    }

    /// <summary>Compares a run with the last one that scored every row. Pure.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="cost">What it cost in all.</param>
    /// <param name="rows">The rows it read or took over.</param>
    /// <param name="fullCost">What the full run cost in all.</param>
    /// <param name="fullRows">The rows it scored or rejected.</param>
    public static ReportReuse Of(RunPlan plan, Measured<Money> cost, long rows, Measured<Money> fullCost, long fullRows)
    {
        var reuse = plan.Reuse;
        if (reuse.Base is null || reuse.FullRun is not { } full)
            return None(reuse.Reason);
        var asFull = !fullCost.TryGet(out var then) ? Measured<Money>.NotMeasured($"what run {full} cost is not known: {fullCost.Reason}")
            : fullRows == 0 ? Measured<Money>.NotMeasured($"run {full} had no row")
            : Measured<Money>.Of(then with { Amount = then.Amount * rows / fullRows });
        var how = asFull.HasValue
            ? string.Create(CultureInfo.InvariantCulture,
            $"run {full}, which scored every row, cost {(fullCost.TryGet(out var fullAmount) ? Figures.Price(fullAmount) : "")} for {fullRows:N0} rows; "
                + $"{rows:N0} rows at that cost a row") : asFull.Reason!;
        return new ReportReuse(reuse.Base, reuse.Reason, plan.Manifest.Rows - plan.RowsToRead, full, Saving.Against(asFull, cost), how) { Grown = reuse.Grown };
    }
}
