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

/// <summary>The terminal, the JSON, the page and the documentation give one saving.</summary>
public sealed class SavingTests
{
    private const string Words = "10.00 USD would have been spent, 9.50 USD saved (95.0 %)";
    private static readonly DateTimeOffset Due = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private static readonly RunId Run = new("churn", Due);

    [Fact]
    public void Saving_OfARunWithAnEndpoint_IsTheSameOnTheTerminalInJsonInThePageAndInTheDocuments()
    {
        var report = Printed(isJson: false, Summary(CostGrouping.Job));
        Assert.Contains($"Against all real time: {Words}", report, StringComparison.Ordinal);

        using var json = JsonDocument.Parse(Printed(isJson: true, Summary(CostGrouping.Job)));
        foreach (var line in new[] { json.RootElement.GetProperty("total"), json.RootElement.GetProperty("lines")[0] })
        {
            Assert.Equal(10m, line.GetProperty("allRealtime").GetProperty("instead").GetProperty("amount").GetDecimal());
            Assert.Equal(9.5m, line.GetProperty("allRealtime").GetProperty("saved").GetProperty("amount").GetDecimal());
        }

        var run = RunReportScreenTests.Report() with { Cost = Assert.Single(Summary(CostGrouping.Run).Lines) };
        Assert.Contains($"against all real time: {Words}", RunReportScreenTests.Printed(isJson: false, run), StringComparison.Ordinal);
        var page = Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(RunReportPage.Render(run), "<[^>]*>", " ")), " +", " ");
        Assert.Contains("Saved against all real time 9.50 USD", page, StringComparison.Ordinal);
        Assert.Contains("All real time 9.50 USD", page, StringComparison.Ordinal);

        Assert.Contains($"\"{Words}\"", File.ReadAllText(Path.Combine(Repository.Root, "docs", "cost.md")), StringComparison.Ordinal);
    }

    private static CostSummary Summary(CostGrouping grouping)
    {
        var book = new PriceBook([new PriceQuote(Offering.Local, Money.Usd(0.5m), "a sheet", Due.AddDays(-1), null)]);
        var night = new UsageRecord("u", Run, "", "worker-1", UsageKind.BatchWorker, Offering.Local, Due, Due.AddHours(1), 0.9, 0.1, 1_000_000);
        var endpoint = new UsageRecord("e", null, "churn", "serve", UsageKind.RealtimeEndpoint, Offering.Local, Due, Due.AddMinutes(30), 0, 0, 0);
        IReadOnlyList<SpendEntry> entries = [.. UsagePricing.EntriesOf(night, "churn", "churn:1", book, Due), .. UsagePricing.EntriesOf(endpoint, "churn", "",
            book, Due)];
        return CostSummary.Of(entries, null, new Dictionary<string, string>(), grouping,
            RealtimeBaseline.From(entries, new RealtimeAssumption(Money.Usd(0.01m), "a guess")), RunFates.Unknown);
    }

    private static string Printed(bool isJson, CostSummary summary)
    {
        using var answers = new StringWriter();
        var screen = new Screen(isJson, verbose: false, answers);
        screen.Answer(summary, () => CostScreen.Print(screen, summary));
        return answers.ToString();
    }
}
