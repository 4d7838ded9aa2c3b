using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchEngine.CostModel.Reports;

namespace BatchEngine.CostModel.Tests.Reports;

public sealed class RunReportPageTests
{
    [Fact]
    public void Page_SameReport_SameBytes() => Assert.Equal(RunReportPage.Render(RunReports.Sample()), RunReportPage.Render(RunReports.Sample()));

    [Fact]
    public void Page_ThousandsOfShardsColumnsAndDecisions_StaysUnderItsLimit() =>
        Assert.InRange(Encoding.UTF8.GetByteCount(RunReportPage.Render(RunReports.Huge('<'))), 1, RunReportPage.MaxBytes);

    [Fact]
    public void Page_ThousandsOfLongNames_StaysUnderItsLimit() =>
        Assert.InRange(Encoding.UTF8.GetByteCount(RunReportPage.Render(RunReports.Huge('ä'))), 1, RunReportPage.MaxBytes);

    [Fact]
    public void Page_MarkupInNames_IsEscapedEverywhere()
    {
        var page = RunReportPage.Render(RunReports.Sample(name: "</script><img src=x onerror=alert(1)>") with { Note = "<b>\"&'" });
        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("<b>", page);
        Assert.Contains("&lt;b&gt;&quot;&amp;&#39;", page);
        Assert.Equal(1, page.Split("</script>").Length - 1);
    }

    [Fact]
    public void Page_AnyReport_AsksNothingOfTheNetwork()
    {
        var page = RunReportPage.Render(RunReports.Sample());
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("https://", page);
        Assert.DoesNotContain("@import", page);
    }

    [Fact]
    public void Page_UnknownNumbers_AreSpelledOutWithTheirReason()
    {
        var page = RunReportPage.Render(RunReports.Sample());
        Assert.Contains("not measured<small>no earlier run tells the speed</small>", page);
        Assert.Contains("Published, and something drifted", page);
        Assert.Contains("assumed, not measured", page);
    }

    // On a phone a row is a block, and the heading of a number is generated in front of it.
    [Fact]
    public void Page_OnAPhone_EveryNumberSaysItsHeading()
    {
        var page = RunReportPage.Render(RunReports.Sample());
        var tables = Regex.Matches(page, "<table id=\"(t[0-9]+)\">").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(page.Split("<table").Length - 1, tables.Distinct().Count());
        Assert.Contains("#t1 td:nth-child(3)::before{content:\"Actual\"}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_LongestBar_IsAsWideAsItsTrackAndTheOthersInProportion()
    {
        var html = ReportCharts.Bars("costs",
            [new ReportBar("a", 2, "2 USD", true, false), new ReportBar("b", 0.5, "0.5 USD (assumed)", false, true),
            new ReportBar("c", null, "not measured: no price", false, false), new ReportBar("d", -1, "-1 USD", false, false)]);
        Assert.Equal(["1", "0.25", "0"], Regex.Matches(html, @"\*([0-9.]+)\)").Select(m => m.Groups[1].Value));
        Assert.Contains("class=\"guess\"", html, StringComparison.Ordinal);
        Assert.Contains("not measured: no price", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_EmbeddedData_IsJsonWithTheExactCost()
    {
        var report = RunReports.Sample();
        var page = RunReportPage.Render(report);
        var from = page.IndexOf("id=\"report-data\">", StringComparison.Ordinal) + 17;
        using var json = JsonDocument.Parse(page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)]);
        Assert.Equal(report.Cost.Total.Value.Amount, json.RootElement.GetProperty("cost").GetProperty("total").GetProperty("amount").GetDecimal());
    }

    [Fact]
    public void Page_Sample_IsWrittenForAPersonToLookAt()
    {
        if (Environment.GetEnvironmentVariable("BATCHENGINE_REPORT_SAMPLE") is not { } path)
        {
            Assert.Skip("NeedsReader: BATCHENGINE_REPORT_SAMPLE names no file");
            return;
        }

        File.WriteAllText(path, RunReportPage.Render(RunReports.Sample()));
    }
}
