using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>A cost summary as a table with its method beneath.</summary>
internal static class CostScreen
{
    /// <summary>Prints it.</summary>
    public static void Print(Screen screen, CostSummary summary)
    {
        if (summary.Lines.Count == 0 && summary.Unallocated is null)
        {
            screen.Line("The ledger has nothing for this question.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn(summary.Grouping.ToString().ToLowerInvariant());
        foreach (var name in (string[])["spent", "batch", "real time", "idle", "rework", "shared", "made", "served", "per 1,000 made", "per 1,000 served"])
            table.AddColumn(name, c => c.RightAligned());
        foreach (var line in summary.Lines)
            AddRow(table, line);
        if (summary.Unallocated is { } unallocated)
            AddRow(table, unallocated);
        if (summary.Lines.Count + (summary.Unallocated is null ? 0 : 1) > 1)
            AddRow(table, summary.Total);
        screen.Draw(table);
        screen.Line($"Against on-demand: {Saving(summary.Total.OnDemand, summary.Total.Total)}");
        screen.Line($"Against all real time: {Saving(summary.Total.AllRealtime, summary.Total.Total)}");
        screen.Line($"  {summary.Baseline.HowMade}");
    }

    /// <summary>"12.00 USD would have been spent, 11.50 USD saved (95.8 %)", or why it is not known.</summary>
    public static string Saving(Measured<Money> baseline, Measured<Money> spent)
    {
        if (!baseline.TryGet(out var instead))
            return $"not measured ({baseline.Reason})";
        if (!spent.TryGet(out var paid))
            return $"not measured ({spent.Reason})";
        var share = instead.Amount > 0 ? $" ({Figures.Share((double)((instead.Amount - paid.Amount) / instead.Amount))})" : "";
        return paid <= instead
            ? $"{Figures.Price(instead)} would have been spent, {Figures.Price(instead - paid)} saved{share}"
            : $"{Figures.Price(instead)} would have been spent, {Figures.Price(paid - instead)} more was";
    }

    private static void AddRow(Table table, CostLine line) => table.AddRow(
        Markup.Escape(line.Name), Short(line.Total), Short(line.Batch), Short(line.Realtime), Short(line.Idle), Short(line.Rework), Short(line.Shared),
        Figures.Count(line.PredictionsMade), line.Served.TryGet(out var served) ? Figures.Count(served) : "not measured", Short(line.PerThousandMade), Short(line.PerThousandServed));

    private static string Short(Measured<Money> money) => money.TryGet(out var value) ? Figures.Price(value) : "not measured";
}
