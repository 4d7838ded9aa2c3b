using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>The section on cost and saving. Pure.</summary>
internal static class CostSection
{
    internal static void Write(HtmlWriter html, RunReport report)
    {
        var cost = report.Cost;
        html.Section("cost", "What did it cost, and what did that save?").Table("This run, from the ledger", "Spent on", "#Amount", "#Share", "");
        Kind("Scoring in batch", cost.Kinds.Batch);
        Kind("Sealing, judging, publishing", cost.Kinds.Shared);
        Kind("Rework after interruptions", cost.Kinds.Rework);
        Kind("Idle: rented but not used", cost.Kinds.Idle);
        html.Markup("<tr class=\"sum\">").Element("th", "In all").Number(cost.Total, Figures.Price).Number(cost.Total.HasValue ? "100.0 %" : "–")
            .Markup("<td></td></tr>\n").EndTable();
        if (cost.Spend.Missing() is { } missing)
            html.Element("p", $"Measured: {(cost.Spend.ByCurrency.Count == 0 ? "nothing" : string.Join(", ", cost.Spend.ByCurrency.Select(Figures.Price)))}. "
                + $"Not measured: {missing}.");
        if (cost.Wasted is { HasValue: true, Value.Amount: > 0 })
            html.Element("p", $"Nobody can get what this run made, so all of it is waste and nothing was saved: {Figures.Price(cost.Wasted)} for "
                + $"{Figures.Count(cost.Predictions.Wasted, "prediction", "predictions")}.");
        html.Element("h3", "The same predictions, paid for in other ways").Markup(ReportCharts.Bars(
            "Cost of this run, of scoring every row, of the same time on-demand, and of each row once in real time",
            [Bar("This run", cost.Total, isThisRun: true), Bar("Scoring every row", report.Reuse.AgainstFull.Instead),
                Bar("The same time on-demand", cost.OnDemand.Instead),
                Bar("Each once in real time", cost.AllRealtime.Instead, isEstimate: report.Baseline.IsAssumption)]));
        html.Table("Saving = the other way minus this run; below zero this run was dearer", "Against", "#Saving", "#For 1,000 predictions", "Yardstick");
        Row("On-demand machines", cost.OnDemand, PerThousand(cost.OnDemand), "the same machine time at on-demand prices");
        Row("All real time", cost.AllRealtime, cost.PerThousand.Realtime, report.Baseline.HowMade);
        Row("Scoring every row", report.Reuse.AgainstFull, PerThousand(report.Reuse.AgainstFull), report.Reuse.HowMade);
        html.EndTable();
        if (cost.HowMade.Count > 0)
        {
            html.Markup("<details><summary>How each number was made</summary><ul class=\"how\">");
            foreach (var sentence in cost.HowMade)
                html.Element("li", sentence);
            html.Markup("</ul></details>");
        }

        html.EndSection();

        void Kind(string name, Measured<Money> amount)
        {
            html.Markup("<tr>").Element("th", name).Number(amount, Figures.Price);
            if (amount.TryGet(out var part) && cost.Total.TryGet(out var whole) && whole.Amount > 0)
                html.Number(Figures.Share((double)(part.Amount / whole.Amount)))
                    .Markup($"<td>{ReportCharts.Meter((double)(part.Amount / whole.Amount))}</td></tr>\n");
            else
                html.Markup("<td class=\"n\">–</td><td></td></tr>\n");
        }

        void Row(string against, Saving saving, Measured<Money> perThousand, string yardstick) =>
            html.Markup("<tr>").Element("th", against).Number(saving.Saved, Figures.Price).Number(perThousand, Figures.Price).Element("td", yardstick)
                .Markup("</tr>\n");

        Measured<Money> PerThousand(Saving saving) => CostArithmetic.PerThousand(saving.Instead, cost.Predictions.Made);
    }

    private static ReportBar Bar(string label, Measured<Money> amount, bool isThisRun = false, bool isEstimate = false) => amount.TryGet(out var money)
        ? new ReportBar(label, (double)money.Amount, Figures.Price(money) + (isEstimate ? " (assumed)" : ""), isThisRun, isEstimate)
        : new ReportBar(label, null, $"not measured: {amount.Reason}", isThisRun, isEstimate);
}
