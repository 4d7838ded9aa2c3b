using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>The sections on plan, rows, workers, decisions and provenance. Pure.</summary>
internal static class WorkSections
{
    internal const int MaxShards = 100;
    internal const int MaxWorkers = 40;
    internal const int MaxInterruptions = 30;
    internal const int MaxDecisions = 60;
    internal const int MaxRejected = 12;
    internal const int MaxFacts = 40;
    internal const int MaxDeadLetters = 12;

    internal static void Plan(HtmlWriter html, RunReport report)
    {
        var plan = report.Plan;
        html.Section("plan", "Did it do what was planned?")
            .Table($"Planned on {Figures.Instant(report.PlannedAt)} for {plan.Offering}", "Measure", "#Planned", "#Actual", "#Difference");
        html.Markup("<tr>").Element("th", "Rows").Number(Figures.Count(plan.PlannedRows)).Number(Figures.Count(plan.ActualRows))
            .Number(Difference(plan.ActualRows - plan.PlannedRows, plan.PlannedRows)).Markup("</tr>\n");
        html.Markup("<tr>").Element("th", "Workers").Number(Figures.Count(plan.PlannedWorkers)).Number(Figures.Count(plan.ActualWorkers))
            .Number(Difference(plan.ActualWorkers - plan.PlannedWorkers, plan.PlannedWorkers)).Markup("</tr>\n");
        html.Markup("<tr>").Element("th", "Time").Number(plan.PlannedDuration, Figures.Duration).Number(plan.ActualDuration, Figures.Duration)
            .Number(Both(plan.PlannedDuration, plan.ActualDuration, (p, a) => Difference(a.TotalSeconds - p.TotalSeconds, p.TotalSeconds))).Markup("</tr>\n");
        html.Markup("<tr>").Element("th", "Cost").Number(plan.PlannedCost, Figures.Price).Number(plan.ActualCost, Figures.Price)
            .Number(Both(plan.PlannedCost, plan.ActualCost, (p, a) =>
                p.Currency == a.Currency ? Difference((double)(a.Amount - p.Amount), (double)p.Amount) : "–")).Markup("</tr>\n");
        html.Markup("<tr>").Element("th", "Deadline").Number(plan.Deadline is { } deadline ? Figures.Instant(deadline) : "none")
            .Number(report.EndedAt is { } ended ? Figures.Instant(ended) : "not ended")
            .Number(plan.Deadline is { } due && report.EndedAt is { } at ? at <= due ? $"met, {Figures.Duration(due - at)} to spare"
                : $"missed by {Figures.Duration(at - due)}" : "–").Markup("</tr>\n");
        html.Markup("<tr>").Element("th", "Budget").Number(plan.Budget is { } budget ? Figures.Price(budget) : "none")
            .Number(plan.ActualCost, Figures.Price)
            .Number(plan.Budget is { } limit && plan.ActualCost.TryGet(out var spent) && limit.Currency == spent.Currency ? spent <= limit ? "kept"
                : "exceeded" : "–").Markup("</tr>\n");
        html.EndTable();
        if (plan.Rejected.Count > 0)
        {
            html.Markup("<details><summary>").Text($"{Figures.Count(plan.Rejected.Count, "other option was", "other options were")} looked at")
                .Markup("</summary>")
                .Table("Turned down by the planner", "Option", "#Workers", "#Time", "#Cost", "Why");
            foreach (var option in plan.Rejected.Take(MaxRejected))
                html.Markup("<tr>").Element("th", option.Offering.ToString()).Number(Figures.Count(option.Workers))
                    .Number(option.Duration, Figures.Duration).Number(option.Cost, Figures.Price).Element("td", option.Verdict).Markup("</tr>\n");
            html.EndTable().Markup("</details>");
        }

        html.EndSection();
    }

    internal static void Rows(HtmlWriter html, RunReport report)
    {
        var counts = report.Counts;
        html.Section("rows", "What became of every row?").Table("Read = scored + carried over + rejected", "Rows", "#Count", "#Share", "");
        Row("Scored by the model", counts.Scored);
        Row(report.Reuse.Grown is { } grown
            ? FormattableString.Invariant($"Unchanged: the last {grown.Trees - grown.ParentTrees:N0} of {grown.Trees:N0} trees scored")
            : "Carried over unchanged", counts.Reused);
        Row("Rejected, kept as dead letters", counts.Rejected);
        html.Markup("<tr class=\"sum\">").Element("th", "Read").Number(Figures.Count(counts.Read)).Number(counts.Read == 0 ? "–" : "100.0 %")
            .Markup("<td></td></tr>\n").EndTable();
        html.Markup("<p>").Text(report.Keys.TryGet(out var keys)
            ? $"The snapshot answers {Figures.Count(keys, "key", "keys")}"
                + (counts.Scored + counts.Reused is var rows && rows > keys
                    ? $"; {Figures.Count(rows - keys, "row was", "rows were")} superseded by a later row of the same key."
                    : ".")
            : $"Distinct keys are not measured: {report.Keys.Reason}.").Markup("</p>");
        html.Element("p", report.Reuse.Base is { } from
            ? $"Unchanged predictions come from run {from}: {report.Reuse.Why}. "
                + (report.Reuse.RowsNotRead > 0
                    ? $"{Figures.Count(report.Reuse.RowsNotRead, "row was", "rows were")} carried over without reading their files."
                    : "Every file was read to find them.")
            : $"Nothing was taken over from an earlier run: {report.Reuse.Why}.");
        if (report.FromStores is { } traffic)
            html.Element("p", $"Scoring read {traffic.InWords()}.");
        if (report.DeadLetters.Count > 0)
        {
            html.Markup("<p>Rejected rows, each with its file, row group, row and reason, lie in the blob folder (<code>blobs</code>) as:</p><ul>");
            foreach (var blob in report.DeadLetters.Take(MaxDeadLetters))
                html.Markup("<li>").Element("code", blob).Markup("</li>");
            More(html, report.DeadLetters.Count - MaxDeadLetters, "file", "files").Markup("</ul>");
        }

        html.EndSection();

        void Row(string name, long rows)
        {
            var share = counts.Read == 0 ? 0 : (double)rows / counts.Read;
            html.Markup("<tr>").Element("th", name).Number(Figures.Count(rows)).Number(counts.Read == 0 ? "–" : Figures.Share(share))
                .Markup($"<td>{ReportCharts.Meter(share)}</td></tr>\n");
        }
    }

    internal static void Workers(HtmlWriter html, RunReport report)
    {
        html.Section("workers", "Who did the work, and what interrupted it?");
        if (report.Workers.Count == 0)
            html.Element("p", "No usage was recorded yet.");
        else
        {
            html.Table("Machine time; rework is part of the busy time", "Worker", "Purpose", "On", "#Rented", "#Busy", "#Rework", "#Predictions", "#Cost");
            foreach (var worker in report.Workers.Take(MaxWorkers))
                html.Markup("<tr>").Element("th", worker.Name).Element("td", worker.Purpose).Element("td", worker.Offering)
                    .Number(Figures.Duration(worker.Rented))
                    .Number(worker.Rented > TimeSpan.Zero ? Figures.Share(worker.Busy / worker.Rented) : "–").Number(Figures.Duration(worker.Rework))
                    .Number(Figures.Count(worker.Predictions)).Number(worker.Cost, Figures.Price).Markup("</tr>\n");
            More(html.EndTable(), report.Workers.Count - MaxWorkers, "worker", "workers");
        }

        html.Element("h3", "Interruptions");
        if (report.Interruptions.Count == 0)
            html.Element("p", "None: no worker was lost and no shard changed hands.");
        else
        {
            html.Markup("<ul>");
            foreach (var interruption in report.Interruptions.Take(MaxInterruptions))
                html.Element("li", interruption);
            More(html, report.Interruptions.Count - MaxInterruptions, "interruption", "interruptions").Markup("</ul>");
        }

        html.Markup("<details><summary>")
            .Text($"{Figures.Count(report.Shards.Count, "shard", "shards")}, {Figures.Count(report.Shards.Count(s => s.State == "done"))} done")
            .Markup("</summary>")
            .Table("Parts of the run", "Shard", "State", "#Planned rows", "#Scored", "#Carried over", "#Rejected", "#Leases", "Worker");
        foreach (var shard in report.Shards.Take(MaxShards))
            html.Markup("<tr>").Element("th", Figures.Count(shard.Index)).Element("td", shard.State).Number(Figures.Count(shard.PlannedRows))
                .Number(Figures.Count(shard.Counts.Scored))
                .Number(Figures.Count(shard.Counts.Reused)).Number(Figures.Count(shard.Counts.Rejected)).Number(Figures.Count(shard.Leases))
                    .Element("td", shard.Worker.Length > 0 ? shard.Worker : "–").Markup("</tr>\n");
        More(html.EndTable(), report.Shards.Count - MaxShards, "shard", "shards").Markup("</details>").EndSection();
    }

    internal static void Decisions(HtmlWriter html, RunReport report)
    {
        html.Section("decisions", "What did the engine decide, and why?");
        if (report.Decisions.Count == 0)
            html.Element("p", "No decision is on record for this run.");
        else
        {
            html.Table("In order of time", "When", "On", "Choice", "Because");
            foreach (var decision in report.Decisions.Take(MaxDecisions))
                html.Markup("<tr>").Element("td", Figures.Instant(decision.At), "n").Element("td", decision.Subject.Text()).Element("td", decision.Choice)
                    .Element("td", decision.Reason).Markup("</tr>\n");
            More(html.EndTable(), report.Decisions.Count - MaxDecisions, "decision", "decisions");
        }

        html.EndSection();
    }

    internal static void Provenance(HtmlWriter html, RunReport report)
    {
        html.Section("provenance", "Where does all of this come from?").Table("Equal digests are equal content", "What", "Value");
        foreach (var fact in report.Provenance.Take(MaxFacts))
            html.Markup("<tr>").Element("th", fact.Name).Markup("<td>").Element("code", fact.Value).Markup("</td></tr>\n");
        More(html.EndTable(), report.Provenance.Count - MaxFacts, "fact", "facts").EndSection();
    }

    internal static HtmlWriter More(HtmlWriter html, int count, string singular, string plural) =>
        count > 0 ? html.Element("p", $"and {Figures.Count(count, singular, plural)} more, not shown here.", "how") : html;

    private static string Difference(double difference, double planned) => difference == 0 ? "as planned"
        : planned == 0 ? "–" : FormattableString.Invariant($"{difference / planned * 100:+0.0;-0.0} %");

    private static string Both<T>(Measured<T> planned, Measured<T> actual, Func<T, T, string> compare) where T : struct =>
        planned.TryGet(out var p) && actual.TryGet(out var a) ? compare(p, a) : "–";
}
