using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Demo;
using BatchEngine.Host.Http;
using BatchEngine.Host.Terminal;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>What was answered is written down once, also when the database refuses for a while.</summary>
public sealed class LookupBooksTests
{
    private static readonly DateTimeOffset Night = new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero);
    private readonly List<string> _notes = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counts_DatabaseRefusesForAWhile_AreWrittenOnceAfterwards()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await PublishedAsync(folder);
        await using var lookups = new LookupService(engine, _notes.Add);
        await lookups.Catalog.RefreshAsync(Ct);
        Assert.IsType<RouteDecision.Degraded>(await lookups.Router.RouteAsync("books", "7", null, Ct));
        Assert.True(await lookups.Books.WriteAsync());
        await engine.Database.ApplyOnceAsync("break", "ALTER TABLE answers RENAME TO answers_away", Ct);
        await lookups.Router.RouteAsync("books", "8", null, Ct);
        Assert.False(await lookups.Books.WriteAsync());
        await lookups.Router.RouteAsync("books", "9", null, Ct);
        Assert.False(await lookups.Books.WriteAsync());
        Assert.Equal(2, lookups.Books.Pending);
        Assert.Single(_notes);

        await engine.Database.ApplyOnceAsync("mend", "ALTER TABLE answers_away RENAME TO answers", Ct);

        Assert.True(await lookups.Books.WriteAsync());
        Assert.Equal(0, lookups.Books.Pending);
        Assert.Equal(3, (await AnswersAsync(engine)).Sum(a => a.Count));
        Assert.Equal(2, _notes.Count);
    }

    [Fact]
    public async Task EndpointTime_LedgerRefusesForAWhile_IsPostedOnceAfterwards()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await PublishedAsync(folder);
        await using var lookups = new LookupService(engine, _notes.Add);
        await lookups.Catalog.RefreshAsync(Ct);
        using var document = JsonDocument.Parse(DemoClient.Customer);
        var customer = FeatureValues.Read(document.RootElement);
        Assert.IsType<RouteDecision.Fallback>(await lookups.Router.RouteAsync("books", "999999", customer, Ct));
        await engine.Database.ApplyOnceAsync("break", "ALTER TABLE usage_records RENAME TO usage_away", Ct);
        Assert.False(await lookups.Books.WriteAsync());
        await lookups.Router.RouteAsync("books", "999998", customer, Ct);

        await engine.Database.ApplyOnceAsync("mend", "ALTER TABLE usage_away RENAME TO usage_records", Ct);

        Assert.True(await lookups.Books.WriteAsync());
        var usage = Assert.Single(await engine.Usage.ListAsync(null, Ct), u => u.Kind == UsageKind.RealtimeEndpoint);
        Assert.Equal(2, usage.Predictions);
        Assert.Contains(await engine.Ledger.ListAsync(new Storage.Database.LedgerFilter(), Ct), e => e.UsageId == usage.Id);
    }

    private static Task<IReadOnlyList<Storage.Database.AnswerCount>> AnswersAsync(Engine engine) =>
        engine.Answers.ListAsync(TimeProvider.System.GetUtcNow().AddHours(-2), TimeProvider.System.GetUtcNow().AddHours(1), Ct);

    private static async Task<Engine> PublishedAsync(InputFolder folder)
    {
        var job = folder["job.yaml"];
        await File.WriteAllTextAsync(job, $$"""
            name: books
            input: good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: output/{run}
            quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
            serving: { name: books, maxAge: 1h }
            """, Ct);
        var engine = await Engine.OpenAsync(EngineConfiguration.In(folder["data"]), TimeProvider.System, new Screen(json: true, verbose: false), Ct);
        Assert.IsType<RunOutcome.Published>(await engine.RunAsync(JobFile.Load(job), new RunId("books", Night), null, Ct));
        return engine;
    }
}
