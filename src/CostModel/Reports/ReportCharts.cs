using System.Globalization;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>Small charts: byte-stable, with selectable text and a description for readers who cannot see them. Pure.</summary>
internal static class ReportCharts
{
    private const double Width = 260, Height = 92, Base = 76, Top = 14, TopText = 9;
    private const int MaxLabelLength = 60;

    /// <summary>This run as filled bars, the baseline as an outline over them: told apart without colour.</summary>
    internal static string Histogram(ReportHistogram histogram)
    {
        var bars = histogram.Current.Count;
        var highest = Math.Max(1e-9, histogram.Current.Concat(histogram.Baseline).DefaultIfEmpty(0).Max());
        var step = Width / Math.Max(1, bars);
        var svg = new StringBuilder();
        svg.Append(string.Create(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlWriter.Escape(Describe(histogram))}\">"));
        for (var bar = 0; bar < bars; bar++)
        {
            var height = (Base - Top) * histogram.Current[bar] / highest;
            svg.Append(string.Create(CultureInfo.InvariantCulture,
                $"<rect class=\"now\" x=\"{(bar * step) + 1:0.##}\" y=\"{Base - height:0.##}\" width=\"{step - 2:0.##}\" "
                + $"height=\"{height:0.##}\"><title>{HtmlWriter.Escape(ReportText.Cut(histogram.Labels[bar], MaxLabelLength))}: now "
                + $"{Figures.Share(histogram.Current[bar])}"
                + $"{(histogram.Baseline.Count == bars ? $", baseline {Figures.Share(histogram.Baseline[bar])}" : "")}</title></rect>"));
        }

        if (histogram.Baseline.Count == bars && bars > 0)
        {
            svg.Append(string.Create(CultureInfo.InvariantCulture, $"<path class=\"was\" d=\"M0.7 {Base}"));
            for (var bar = 0; bar < bars; bar++)
                svg.Append(string.Create(CultureInfo.InvariantCulture,
                    $"V{Base - ((Base - Top) * histogram.Baseline[bar] / highest):0.##}H{Math.Min(Width - 0.7, (bar + 1) * step):0.##}"));
            svg.Append(string.Create(CultureInfo.InvariantCulture, $"V{Base}\"/>"));
        }

        svg.Append(string.Create(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M0 {Base}H{Width}\"/>"));
        if (bars > 0)
            svg.Append(string.Create(CultureInfo.InvariantCulture,
                $"<text x=\"0\" y=\"{Height - 4}\">{HtmlWriter.Escape(Short(histogram.Labels[0]))}</text><text x=\"{Width}\" "
                + $"y=\"{Height - 4}\" text-anchor=\"end\">{HtmlWriter.Escape(Short(histogram.Labels[^1]))}</text>"));
        svg.Append(string.Create(CultureInfo.InvariantCulture,
            $"<text x=\"{Width}\" y=\"{TopText}\" text-anchor=\"end\">top {Figures.Share(highest)}</text></svg>"));
        return svg.ToString();
    }

    /// <summary>Labelled horizontal bars from zero; a negative value is drawn as none and said in its text. An estimate is hatched. Text keeps its size on a
    /// phone, so these are no drawing.</summary>
    internal static string Bars(string description, IReadOnlyList<ReportBar> bars)
    {
        var highest = Math.Max(1e-30, bars.Select(b => b.Value ?? 0).DefaultIfEmpty(0).Max());
        var html = new StringBuilder(
            string.Create(CultureInfo.InvariantCulture, $"<figure class=\"bars\" role=\"group\" aria-label=\"{HtmlWriter.Escape(description)}\">"));
        foreach (var bar in bars)
        {
            html.Append("<div>").Append(HtmlWriter.Escape(bar.Label)).Append("<span>");
            if (bar.Value is { } value)
                html.Append(string.Create(CultureInfo.InvariantCulture,
                    $"<i class=\"{(bar.IsEstimate ? "guess" : bar.IsThisRun ? "here" : "")}\" style=\"width:calc((100% - "
                    + $"11rem)*{Math.Max(0, value) / highest:0.####})\"></i>"));
            html.Append(HtmlWriter.Escape(ReportText.Cut(bar.Text))).Append("</span></div>");
        }
        return html.Append("</figure>").ToString();
    }

    /// <summary>A share of one, drawn beside its number.</summary>
    internal static string Meter(double share) =>
        string.Create(CultureInfo.InvariantCulture,
            $"<svg class=\"meter\" viewBox=\"0 0 100 10\" width=\"100\" height=\"10\" aria-hidden=\"true\"><rect x=\"0.5\" y=\"0.5\" width=\"99\" "
            + $"height=\"9\" rx=\"2\"/><rect x=\"0.5\" y=\"0.5\" width=\"{99 * Math.Clamp(share, 0, 1):0.##}\" height=\"9\" rx=\"2\"/></svg>");

    private static string Describe(ReportHistogram histogram)
    {
        if (histogram.Current.Count == 0)
            return $"{ReportText.Cut(histogram.Column)}: no values";
        var most = Enumerable.Range(0, histogram.Current.Count).MaxBy(bar => histogram.Current[bar]);
        return $"{ReportText.Cut(histogram.Column)}: most rows now lie in {ReportText.Cut(histogram.Labels[most])}, {Figures.Share(histogram.Current[most])}"
            + (histogram.Baseline.Count == histogram.Current.Count ? $", against {Figures.Share(histogram.Baseline[most])} in the baseline" : "");
    }

    private static string Short(string label) => ReportText.Cut(label, 22);
}
