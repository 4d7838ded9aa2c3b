using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>The section on cost and saving. Pure.</summary>
internal static class CostSection
{
    internal static void Write(HtmlWriter html, RunReport report)
    {
        var cost = report.Cost;
        html.Section("cost", "What did it cost, and what did that save?").Table("This run, from the ledger", "Spent on", "#Amount", "#Share", "");
        Kind("Scoring in batch", cost.Batch);
        Kind("Sealing, judging, publishing", cost.Shared);
        Kind("Rework after interruptions", cost.Rework);
        Kind("Idle: rented but not used", cost.Idle);
        html.Markup("<tr class=\"sum\">").Element("th", "In all").Number(cost.Total, ReportText.Amount).Number(cost.Total.HasValue ? "100.0 %" : "–")
            .Markup("<td></td></tr>\n").EndTable();
        if (cost.Spend.UnpricedEntries > 0)
            html.Element("p", $"{ReportText.Count(cost.Spend.UnpricedEntries, "ledger entry has", "ledger entries have")} no price, so no total is given. Priced so far: {(cost.Spend.ByCurrency.Count == 0 ? "nothing" : string.Join(", ", cost.Spend.ByCurrency.Select(ReportText.Amount)))}.");
        html.Element("h3", "The same predictions, paid for in other ways").Markup(ReportCharts.Bars(
            "Cost of this run, of scoring every row, of the same time on-demand, and of each row once in real time",
            [Bar("This run", cost.Total, isThisRun: true), Bar("Scoring every row", report.Reuse.AsFull), Bar("The same time on-demand", cost.OnDemand),
                Bar("Each once in real time", cost.AllRealtime, isEstimate: report.Baseline.IsAssumption)]));
        html.Table("Saving = the other way minus this run; below zero this run was dearer", "Against", "#Saving", "#For 1,000 predictions", "Yardstick");
        Saving("On-demand machines", cost.SavingAgainstOnDemand, PerThousand(cost.OnDemand, cost.PredictionsMade), "the same machine time at on-demand prices");
        Saving("All real time", cost.SavingAgainstRealtime, cost.PerThousandRealtime, report.Baseline.HowMade);
        Saving("Scoring every row", report.Reuse.Saved, PerThousand(report.Reuse.AsFull, cost.PredictionsMade), report.Reuse.HowMade);
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
            html.Markup("<tr>").Element("th", name).Number(amount, ReportText.Amount);
            if (amount.TryGet(out var part) && cost.Total.TryGet(out var whole) && whole.Amount > 0)
                html.Number(ReportText.Share((double)(part.Amount / whole.Amount)))
                    .Markup($"<td>{ReportCharts.Meter((double)(part.Amount / whole.Amount))}</td></tr>\n");
            else
                html.Markup("<td class=\"n\">–</td><td></td></tr>\n");
        }

        void Saving(string against, Measured<Money> saving, Measured<Money> perThousand, string yardstick) =>
            html.Markup("<tr>").Element("th", against).Number(saving, ReportText.Amount).Number(perThousand, ReportText.Amount).Element("td", yardstick)
                .Markup("</tr>\n");
    }

    private static Measured<Money> PerThousand(Measured<Money> cost, long predictions) => predictions > 0
        ? cost.Map(m => m with { Amount = m.Amount * 1_000m / predictions })
        : Measured<Money>.NotMeasured("no batch prediction was made");

    private static ReportBar Bar(string label, Measured<Money> amount, bool isThisRun = false, bool isEstimate = false) => amount.TryGet(out var money)
        ? new ReportBar(label, (double)money.Amount, ReportText.Amount(money) + (isEstimate ? " (assumed)" : ""), isThisRun, isEstimate)
        : new ReportBar(label, null, $"not measured: {amount.Reason}", isThisRun, isEstimate);
}
