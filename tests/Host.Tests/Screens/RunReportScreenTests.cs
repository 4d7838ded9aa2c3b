using BatchEngine.TestKit.Amounts;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Tests.Screens;

/// <summary>The terminal, the page and the JSON say the same of a run, in the same spelling.</summary>
public sealed class RunReportScreenTests
{
    private static readonly DateTimeOffset Due = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private static readonly RunId Run = new("churn", Due);

    [Fact]
    public void TerminalAndPage_OfOneRun_SpellAmountsDurationsAndInstantsAlike()
    {
        var report = Report();
        var terminal = Printed(isJson: false, report);
        var page = WebUtility.HtmlDecode(Regex.Replace(RunReportPage.Render(report), "<[^>]*>", " "));
        string[] figures = ["0.50 USD", "4 min 05 s", "2026-11-23 02:00:00Z", "0.0005 USD", "9.50 USD"];
        Assert.All(figures, figure => Assert.Contains(figure, terminal, StringComparison.Ordinal));
        Assert.All(figures, figure => Assert.Contains(figure, page, StringComparison.Ordinal));
        Assert.DoesNotMatch("0\\.500\\b|0\\.5000\\b|4 min 5 s| UTC\\b", terminal + page.Replace("Times are UTC", "", StringComparison.Ordinal));
    }

    [Fact]
    public void JsonAndPagesData_OfOneRun_HaveOneShape()
    {
        var report = Report();
        using var printed = JsonDocument.Parse(Printed(isJson: true, report));
        var page = RunReportPage.Render(report);
        var from = page.IndexOf("id=\"report-data\">", StringComparison.Ordinal) + 17;
        using var embedded = JsonDocument.Parse(page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)]);
        foreach (var property in embedded.RootElement.EnumerateObject().Where(p => p.Name != "plan"))
            Assert.True(JsonElement.DeepEquals(printed.RootElement.GetProperty("report").GetProperty(property.Name), property.Value), property.Name);
        Assert.True(embedded.RootElement.TryGetProperty("cost", out var cost) && cost.GetProperty("allRealtime").TryGetProperty("saved", out _));
    }

    internal static string Printed(bool isJson, RunReport report)
    {
        using var answers = new StringWriter();
        RunReportScreen.Show(new Screen(isJson, verbose: false, answers), report, "churn.html", report.DeadLetters);
        return answers.ToString();
    }

    internal static RunReport Report()
    {
        var hour = new UsageRecord("u", Run, "", "worker-1", UsageKind.BatchWorker, Offering.Local, Due, Due.AddHours(1), 1, 0, 1_000_000);
        var book = new PriceBook([new PriceQuote(Offering.Local, Money.Usd(0.5m), "a sheet", Due.AddDays(-1), null)]);
        var entries = UsagePricing.EntriesOf(hour, "churn", "churn:1", book, Due);
        var baseline = RealtimeBaseline.From(entries, new RealtimeAssumption(Money.Usd(0.01m), "a guess"));
        var cost = CostSummary.Of(entries, null, new Dictionary<string, string>(), CostGrouping.Run, baseline, RunFates.Unknown).Total;
        var plan = new ReportPlan(Offering.Local.ToString(), 1_000_000, 1_000_000, 1, 1, Measured<TimeSpan>.NotMeasured("no earlier run tells the speed"),
            Measured<TimeSpan>.Of(TimeSpan.FromSeconds(245)), Measured<Money>.NotMeasured("no earlier run tells the speed"), cost.Total, null, null,
            Measured<double>.Of(4_081), []);
        return new RunReport(Run, RunState.Published, "", "", "churn", new ModelVersion("churn", 1, Digest.Of("model")), Due, Due, Due.AddSeconds(245),
            Due.AddSeconds(245), plan, new RowCounts(1_000_000, 1_000_000, 0, 0), [], Measured<long>.Of(1_000_000), [], [], [], cost, baseline, null,
            DriftRule.Default, [], [new Decision(Run, Due, DecisionSubject.Capacity, "1 worker", "the only one")], []);
    }
}
