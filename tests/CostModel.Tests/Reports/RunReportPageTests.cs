using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Summaries;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;

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
        Assert.Contains("&lt;b&gt;&quot;&amp;&#x27;", page);
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
        var tables = Regex.Matches(page, "<table id=\"(t[0-9]+)\">.*?<thead>(.*?)</thead>", RegexOptions.Singleline);
        Assert.Equal(page.Split("<table").Length - 1, tables.Select(m => m.Groups[1].Value).Distinct().Count());
        foreach (Match table in tables)
        {
            var headings = Regex.Matches(table.Groups[2].Value, "<th[^>]*>(.*?)</th>").Select(m => m.Groups[1].Value).ToList();
            Assert.NotEmpty(headings);
            Assert.All(headings.Select((text, index) => (Text: text, Number: index + 1)).Skip(1).Where(h => h.Text.Length > 0), heading => Assert.Contains(
                $"#{table.Groups[1].Value} td:nth-child({heading.Number})::before{{content:\"{heading.Text}\"}}", page, StringComparison.Ordinal));
        }
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
    public void Page_OfAHeldRun_ClaimsNoSavingAndCallsItsMoneyWaste()
    {
        var fates = new RunFates(new Dictionary<RunId, RunEnding> { [Ledgers.Run] = new(RunState.Held, false) });
        var held = RunReports.Sample(fates: fates) with { State = RunState.Held };
        var page = RunReportPage.Render(held);
        Assert.Contains("all of it is waste and nothing was saved", page, StringComparison.Ordinal);
        Assert.All((Measured<Money>[])[held.Cost.AllRealtime.Saved, held.Cost.OnDemand.Saved, held.Reuse.AgainstFull.Saved, held.Cost.PerThousand.Made],
            m => Assert.False(m.HasValue));
        Assert.DoesNotContain("saved against", page, StringComparison.Ordinal);
    }

    // A line of a table is 1.5 of its letters high; half of it above and half below the middle of the bar.
    [Fact]
    public void Page_BarOfAShare_IsInTheMiddleOfItsLine()
    {
        var height = int.Parse(Regex.Match(ReportCharts.Meter(0.5), " height=\"([0-9]+)\"").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($".meter{{display:block;min-width:6rem;margin-top:calc(.75em - {height / 2}px)}}", ReportStyle.Css, StringComparison.Ordinal);
        Assert.Contains("font:15px/1.5", ReportStyle.Css, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_EmbeddedData_IsTheReportsJsonWithTheExactCostAndWithoutItsTables()
    {
        var report = RunReports.Sample();
        var page = RunReportPage.Render(report);
        var from = page.IndexOf("id=\"report-data\">", StringComparison.Ordinal) + 17;
        using var json = JsonDocument.Parse(page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)]);
        Assert.Equal(report.Cost.Total.Value.Amount, json.RootElement.GetProperty("cost").GetProperty("total").GetProperty("amount").GetDecimal());
        Assert.Equal("churn_20261123T020000Z", json.RootElement.GetProperty("run").GetString());
        Assert.Equal(71, json.RootElement.GetProperty("plan").GetProperty("actualDuration").GetDouble());
        Assert.Equal("no earlier run tells the speed",
            json.RootElement.GetProperty("plan").GetProperty("plannedCost").GetProperty("notMeasured").GetString());
        Assert.False(json.RootElement.TryGetProperty("shards", out _));
    }
}
