using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>
/// One run as one HTML file: no network request, no script, inline style, small drawings, its data embedded as JSON. It prints on A4, works by keyboard and
/// without colour, and stays under <see cref="MaxBytes"/> whatever the run. Pure: the same report gives the same bytes.
/// </summary>
public static class RunReportPage
{
    /// <summary>No page is larger, in bytes of UTF-8.</summary>
    public const int MaxBytes = 300 * 1024;

    /// <summary>Renders the page.</summary>
    public static string Render(RunReport report)
    {
        var html = new HtmlWriter();
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
            + "content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><meta "
            + "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Element("title", $"{report.Run} · BatchEngine").Markup("\n<style>\n").Markup(ReportStyle.Css)
                .Markup("\n</style></head>\n<body><a class=\"skip\" href=\"#plan\">Skip to the tables</a><main>\n");
        Head(html, report);
        WorkSections.Plan(html, report);
        WorkSections.Rows(html, report);
        CostSection.Write(html, report);
        DriftSection.Write(html, report);
        WorkSections.Workers(html, report);
        WorkSections.Decisions(html, report);
        WorkSections.Provenance(html, report);
        Foot(html, report);
        return html.ToString();
    }

    private static void Head(HtmlWriter html, RunReport report)
    {
        var verdict = ReportVerdict.Of(report);
        html.Markup("<header><p class=\"kicker\">")
            .Text($"Run report · job {report.Run.Job} · due "
                + $"{Figures.Instant(report.Run.ScheduledAt)}{(report.Owner.Length > 0 ? $" · paid by {report.Owner}" : "")}").Markup("</p>")
            .Element("h1", report.Run.ToString())
            .Markup($"<div class=\"verdict {verdict.Tone}\"><span class=\"sign\" aria-hidden=\"true\">{verdict.Sign}</span><div>")
                .Element("strong", verdict.Word);
        foreach (var sentence in verdict.Sentences)
            html.Element("p", sentence);
        html.Markup("</div></div>\n<dl class=\"tiles\">");
        Tile(html, "Rows read", Measured<long>.Of(report.Counts.Read), Figures.Count, $"{Figures.Count(report.Counts.Scored)} scored");
        Tile(html, "Time", report.Plan.ActualDuration, Figures.Duration, report.Plan.RowsPerSecond.TryGet(out var speed)
            ? $"{Figures.Count((long)speed)} rows a second" : "");
        Tile(html, "Cost", report.Cost.Total, Figures.Price, report.Cost.Spend.Missing() ?? "all workers, idle time included");
        Tile(html, "Per 1,000 predictions", report.Cost.PerThousand.Made, Figures.Price, "published, all costs");
        Tile(html, "Saved against all real time", report.Cost.AllRealtime.Saved, Figures.Price, report.Baseline.IsAssumption
            ? "by an assumed real-time price" : "by the measured real-time price");
        Tile(html, "Columns drifted", DriftedColumns(report), Figures.Count, report.Drift?.Baseline is { } baseline ? $"against {baseline}" : "");
        html.Markup("</dl>\n<nav aria-label=\"Sections\"><a href=\"#plan\">Plan</a><a href=\"#rows\">Rows</a><a href=\"#cost\">Cost</a><a "
            + "href=\"#drift\">Drift</a><a href=\"#workers\">Workers</a><a href=\"#decisions\">Decisions</a><a "
            + "href=\"#provenance\">Provenance</a></nav></header>\n");
    }

    private static Measured<long> DriftedColumns(RunReport report) => report.Drift is not { } drift ? Measured<long>.NotMeasured("drift was not judged yet")
        : drift.Verdict == DriftVerdict.NotMeasured
            ? Measured<long>.NotMeasured(drift.Baseline is null ? "no earlier run to compare with" : "no column could be compared")
        : Measured<long>.Of(drift.Columns.Count(c => c.Verdict == DriftVerdict.Drifted));

    private static void Tile<T>(HtmlWriter html, string name, Measured<T> value, Func<T, string> format, string below) where T : struct
    {
        html.Markup("<div>").Element("dt", name);
        if (value.TryGet(out var number))
            html.Markup("<dd>").Text(format(number)).Element("small", below).Markup("</dd>");
        else
            html.Markup("<dd class=\"none\">not measured").Element("small", value.Reason!).Markup("</dd>");
        html.Markup("</div>");
    }

    private static void Foot(HtmlWriter html, RunReport report) => html
        .Markup("<footer><p><strong>Not measured</strong> means that a number is unknown, and why; it never stands for zero. Times are UTC. ")
        .Text($"Everything here was true at "
            + $"{Figures.Instant(report.AsOf)}{(report.EndedAt is null ? ", while the run had not ended" : ", the end of the run")}.")
        .Markup("</p></footer></main>\n<script type=\"application/json\" id=\"report-data\">").Markup(RunReportData.Write(report))
            .Markup("</script>\n</body></html>\n");
}
