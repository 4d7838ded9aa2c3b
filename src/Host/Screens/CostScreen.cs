using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>A cost summary as a table with its method beneath.</summary>
internal static class CostScreen
{
    // A millionth of a dollar: finer parts of a run's spend only widen the table; --json has them all.
    private const int MaxDecimals = 6;

    /// <summary>Prints the lines, their total, what of it is not measured, what was wasted, and what was saved against each baseline.</summary>
    public static void Print(Screen screen, CostSummary summary)
    {
        if (summary.Lines.Count == 0 && summary.Unallocated is null)
        {
            screen.Line("The ledger has nothing for this question.");
            return;
        }

        IReadOnlyList<CostLine> lines = [.. summary.Lines, .. summary.Unallocated is { } unallocated ? [unallocated] : Array.Empty<CostLine>()];
        if (lines.Count > 1)
            lines = [.. lines, summary.Total];
        var currency = OnlyCurrency(lines);
        // No column breaks an amount: a table that is too wide becomes a block a line.
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn(summary.Grouping.ToString().ToLowerInvariant() + (currency is null ? "" : $" (amounts in {currency})"), c => c.PadLeft(0).NoWrap());
        foreach (var name in (string[])["spent", "batch", "real time", "idle", "rework", "shared", "made", "served", "per 1,000\nmade", "per 1,000\nserved"])
            table.AddColumn(name, c => c.RightAligned().PadLeft(0).PadRight(1).NoWrap());
        foreach (var line in lines)
            AddRow(table, line, currency);
        screen.Draw(table);
        foreach (var sentence in Below(summary))
            screen.Line(sentence);
    }

    /// <summary>What is said beneath the table.</summary>
    internal static IReadOnlyList<string> Below(CostSummary summary)
    {
        var (total, below) = (summary.Total, new List<string>());
        if (total.Spend.ByCurrency.Count > 1)
            below.Add($"Spent: {EachOf(total.Spend)}. A sum needs a dated rate between the currencies.");
        if (total.Spend.Missing() is { } missing)
            below.Add($"Measured: {Figures.Price(total.Total)}. Not measured: {missing}");
        if (total.Predictions.Wasted > 0 || total.Wasted is { HasValue: true, Value.Amount: > 0 })
            below.Add($"Wasted: {Figures.Price(total.Wasted)} for {Figures.Count(total.Predictions.Wasted, "prediction", "predictions")} "
                + "of runs that were held, failed or were cancelled.");
        if (total.Predictions.Open > 0)
            below.Add($"Not counted yet: {Figures.Count(total.Predictions.Open, "prediction", "predictions")} of runs that have not ended.");
        if (total.Predictions.Lookups is { Requests: { HasValue: true, Value: > 0 } } lookups)
            below.Add($"Look-ups: {Figures.Count(lookups.Requests.Value)} = {Figures.Count(lookups.Served.Value)} served "
                + $"+ {Figures.Count(lookups.Refused.Value)} refused + {Figures.Count(lookups.Diagnostic.Value)} diagnostic");
        below.AddRange(summary.Corrections.Select(c => $"Corrected {Figures.Instant(c.PostedAt)}: {Figures.Count(c.Usages, "usage", "usages")}, "
            + $"{Figures.Price(c.Before)} before, {Figures.Price(c.After)} now"));
        below.Add($"Against on-demand: {total.OnDemand.InWords()}");
        below.Add($"Against all real time: {total.AllRealtime.InWords()}");
        below.Add($"  {summary.Baseline.HowMade}");
        return below;
    }

    private static void AddRow(Table table, CostLine line, string? currency)
    {
        Measured<Money>[] spent = [line.Total, .. Kinds(line)];
        table.AddRow([
            Markup.Escape(line.Name),
                .. spent.Select((m, i) => (i == 0 && line.Spend.ByCurrency.Count > 1 ? EachOf(line.Spend) : Short(m, currency, MaxDecimals))
                    + (i == 0 && line.Spend.UnpricedEntries > 0 && line.Spend.ByCurrency.Count > 0 ? " + ?"
                : "")), Figures.Count(line.Predictions.Made),
            line.Predictions.Lookups.Served.TryGet(out var served) ? Figures.Count(served)
                : "not measured", Short(line.PerThousand.Made, currency), Short(line.PerThousand.Served, currency),
        ]);
    }

    // Amounts of two currencies have no sum, and each is known.
    private static string EachOf(Spend spend) => string.Join(" + ", spend.ByCurrency.Select(Figures.Price));

    private static Measured<Money>[] Kinds(CostLine line) =>
        [line.Kinds.Batch, line.Kinds.Realtime, line.Kinds.Idle, line.Kinds.Rework, line.Kinds.Shared];

    // The heading names the currency when there is but one; a cell does otherwise.
    private static string? OnlyCurrency(IReadOnlyList<CostLine> lines)
    {
        var seen = lines.SelectMany(l => (Measured<Money>[])[l.Total, .. Kinds(l), l.PerThousand.Made, l.PerThousand.Served])
            .Select(m => m.TryGet(out var money) ? money.Currency : null).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return seen.Count == 1 ? seen[0] : null;
    }

    private static string Short(Measured<Money> money, string? currency, int maxDecimals = Figures.MaxDecimals) => !money.TryGet(out var value) ? "not measured"
        : currency is null ? Figures.Price(value) : Figures.Amount(value, maxDecimals);
}
