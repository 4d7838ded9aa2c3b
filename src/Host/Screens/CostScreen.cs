using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>A cost summary as a table with its method beneath.</summary>
internal static class CostScreen
{
    // A millionth of a dollar: finer parts of a run's spend only widen the table; --json has them all.
    private const int MaxDecimals = 6;

    /// <summary>Prints the lines, their total, and what was saved against each baseline.</summary>
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
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn(summary.Grouping.ToString().ToLowerInvariant() + (currency is null ? "" : $" (amounts in {currency})"), c => c.PadLeft(0).NoWrap());
        foreach (var name in (string[])["spent", "batch", "real time", "idle", "rework", "shared", "made", "served", "per 1,000\nmade", "per 1,000\nserved"])
            table.AddColumn(name, c => c.RightAligned().PadLeft(0).PadRight(1));
        foreach (var line in lines)
            AddRow(table, line, currency);
        screen.Draw(table);
        screen.Line($"Against on-demand: {summary.Total.OnDemand.InWords()}");
        screen.Line($"Against all real time: {summary.Total.AllRealtime.InWords()}");
        screen.Line($"  {summary.Baseline.HowMade}");
    }

    private static void AddRow(Table table, CostLine line, string? currency)
    {
        Measured<Money>[] spent = [line.Total, .. Kinds(line)];
        table.AddRow([
            Markup.Escape(line.Name), .. spent.Select(m => Short(m, currency, MaxDecimals)), Figures.Count(line.Predictions.Made),
            line.Predictions.Served.TryGet(out var served) ? Figures.Count(served)
                : "not measured", Short(line.PerThousand.Made, currency), Short(line.PerThousand.Served, currency),
        ]);
    }

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
