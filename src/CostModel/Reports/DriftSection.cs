using System.Globalization;
using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>The section on drift. Pure.</summary>
internal static class DriftSection
{
    internal const int MaxColumns = 100;
    internal const int MaxHistograms = 12;

    internal static void Write(HtmlWriter html, RunReport report)
    {
        html.Section("drift", "Do inputs and scores still look as before?");
        if (report.Drift is not { } drift)
        {
            html.Element("p", "Drift was not judged yet.").EndSection();
            return;
        }

        html.Element("p", drift.Baseline is { } baseline
            ? $"Compared with {baseline}. A column has drifted when a distance reaches its limit and chance alone would do so in fewer than one of "
                + $"{1 / DriftComparison.MaxChance:0} cases."
            : "There is no earlier published run, so nothing can be compared. This run becomes the baseline of the next.");
        if (drift.Sample is { } sample)
            html.Element("p", $"This run: {sample}.{(drift.BaselineSample is { } before && before != sample ? $" Baseline: {before}." : "")}");
        var limits = report.Gate;
        html.Table(string.Create(CultureInfo.InvariantCulture,
            $"Limits: PSI {limits.MaxPsi:0.###}, KS {limits.MaxKs:0.###}, missing share {limits.MaxMissingShareChange * 100:0.#} points, at least "
                + $"{limits.MinRows:N0} rows; when drifted: {(limits.Action == DriftAction.Hold ? "hold the snapshot back" : "warn")}"),
            "Column", "Verdict", "#PSI", "#KS", "#Missing before", "#Missing now", "#Unseen now", "Why");
        foreach (var column in drift.Columns.Take(MaxColumns))
            Row(html, column);
        WorkSections.More(html.EndTable(), drift.Columns.Count - MaxColumns, "column", "columns");
        if (report.Histograms.Count > 0)
        {
            html.Element("h3", "Where the rows lie, most moved first")
                .Markup("<p class=\"key\"><span><svg width=\"16\" height=\"12\" aria-hidden=\"true\"><rect class=\"now\" width=\"16\" "
                    + "height=\"12\"/></svg>filled: this run</span><span><svg width=\"16\" height=\"12\" aria-hidden=\"true\"><path class=\"was\" d=\"M1 "
                    + "12V3H9V7H15V12\"/></svg>outline: baseline</span><span>groups of values from low to high; height is the share of rows</span></p><div "
                    + "class=\"charts\">\n");
            foreach (var histogram in report.Histograms.Take(MaxHistograms))
            {
                var verdict = drift.Columns.FirstOrDefault(c => c.Column == histogram.Column && c.IsOutput == histogram.IsOutput)?.Verdict;
                html.Markup("<figure><figcaption>").Text(histogram.Column)
                    .Element("small", $"{(histogram.IsOutput ? "output" : "input")}{(verdict is { } v ? $", {Word(v)}" : "")}").Markup("</figcaption>")
                    .Markup(ReportCharts.Histogram(histogram)).Markup("</figure>\n");
            }

            html.Markup("</div>");
        }

        html.EndSection();
    }

    private static void Row(HtmlWriter html, ColumnDrift column)
    {
        html.Markup("<tr><th scope=\"row\">").Text(column.Column).Element("small", column.IsOutput ? "output" : "input").Markup("</th><td>")
            .Element("span", $"{Sign(column.Verdict)} {Word(column.Verdict)}", $"tag {Tone(column.Verdict)}").Markup("</td>");
        if (column.Verdict == DriftVerdict.NotMeasured)
        {
            html.Markup("<td class=\"n none\">–</td><td class=\"n none\">–</td><td class=\"n none\">–</td><td class=\"n none\">–</td><td class=\"n "
                + "none\">–</td>").Element("td", column.Reason, "why").Markup("</tr>\n");
            return;
        }

        Cell(html, column.Psi, Figures.Number);
        Cell(html, column.Ks, Figures.Number);
        Cell(html, column.MissingShareBaseline, Figures.Share);
        Cell(html, column.MissingShareCurrent, Figures.Share);
        Cell(html, column.UnseenShareCurrent, Figures.Share);
        html.Element("td", column.Reason, "why").Markup("</tr>\n");
    }

    /// <summary>A dash with the reason as its title: the column's own reason stands in the last cell.</summary>
    private static void Cell(HtmlWriter html, Measured<double> value, Func<double, string> format)
    {
        if (value.TryGet(out var number))
            html.Number(format(number));
        else
            html.Markup($"<td class=\"n none\"><abbr title=\"not measured: {HtmlWriter.Escape(ReportText.Cut(value.Reason!))}\">–</abbr></td>");
    }

    internal static string Word(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Stable => "stable",
        DriftVerdict.Drifted => "drifted",
        _ => "not measured",
    };

    private static string Sign(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Stable => "=",
        DriftVerdict.Drifted => "▲",
        _ => "?",
    };

    private static string Tone(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Stable => "good",
        DriftVerdict.Drifted => "warn",
        _ => "still",
    };
}
