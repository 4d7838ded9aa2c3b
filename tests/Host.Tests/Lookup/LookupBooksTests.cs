using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Demo;
using BatchEngine.Host.Http;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>What was answered is written down once, also when the database refuses for a while.</summary>
public sealed class LookupBooksTests
{
    private readonly List<string> _notes = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counts_DatabaseRefusesForAWhile_AreWrittenOnceAfterwards()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        await using var lookups = LookupService.Open(engine, _notes.Add, trouble => _notes.Add(trouble.Cause));
        await lookups.Catalog.RefreshAsync(Ct);
        Assert.IsType<RouteDecision.Degraded>(await lookups.Router.RouteAsync(ServedJob.Name, "7", null, Ct));
        Assert.True(await lookups.Books.WriteAsync());
        await engine.Database.ExecuteSqlAsync("ALTER TABLE answers RENAME TO answers_away", Ct);
        await lookups.Router.RouteAsync(ServedJob.Name, "8", null, Ct);
        Assert.False(await lookups.Books.WriteAsync());
        await lookups.Router.RouteAsync(ServedJob.Name, "9", null, Ct);
        Assert.False(await lookups.Books.WriteAsync());
        Assert.Equal(2, lookups.Books.Pending);
        Assert.Single(_notes);

        await engine.Database.ExecuteSqlAsync("ALTER TABLE answers_away RENAME TO answers", Ct);

        Assert.True(await lookups.Books.WriteAsync());
        Assert.Equal(0, lookups.Books.Pending);
        Assert.Equal(3, (await AnswersAsync(engine)).Sum(a => a.Count));
        Assert.Equal(2, _notes.Count);
    }

    [Fact]
    public async Task Counts_DatabaseRefusesAtTheEnd_AreToldAsLost()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        await using var lookups = LookupService.Open(engine, _notes.Add, trouble => _notes.Add(trouble.Cause));
        await lookups.Catalog.RefreshAsync(Ct);
        await lookups.Router.RouteAsync(ServedJob.Name, "8", null, Ct);
        await engine.Database.ExecuteSqlAsync("ALTER TABLE answers RENAME TO answers_away", Ct);
        Assert.StartsWith("1 answer since the last write could not be written down and are lost: ", await lookups.Books.CloseAsync(),
            StringComparison.Ordinal);
        await engine.Database.ExecuteSqlAsync("ALTER TABLE answers_away RENAME TO answers", Ct);
        Assert.Null(await lookups.Books.CloseAsync());
    }

    [Fact]
    public async Task EndpointTime_LedgerRefusesForAWhile_IsPostedOnceAfterwards()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        await using var lookups = LookupService.Open(engine, _notes.Add, trouble => _notes.Add(trouble.Cause));
        await lookups.Catalog.RefreshAsync(Ct);
        using var document = JsonDocument.Parse(DemoClient.Customer);
        var customer = FeatureValues.Read(document.RootElement);
        Assert.IsType<RouteDecision.Realtime>(await lookups.Router.RouteAsync(ServedJob.Name, "999999", customer, Ct));
        await engine.Database.ExecuteSqlAsync("ALTER TABLE usage_records RENAME TO usage_away", Ct);
        Assert.False(await lookups.Books.WriteAsync());
        await lookups.Router.RouteAsync(ServedJob.Name, "999998", customer, Ct);

        await engine.Database.ExecuteSqlAsync("ALTER TABLE usage_away RENAME TO usage_records", Ct);

        Assert.True(await lookups.Books.WriteAsync());
        var usage = Assert.Single(await new UsageStore(engine.Database).PageAsync(null, 100, Ct),
            u => u.Kind == UsageKind.RealtimeEndpoint && u.Billed is not null && u.BusyShare > 0);
        Assert.Equal(2, usage.Predictions);
        Assert.Contains(await new LedgerStore(engine.Database).ListAsync(new LedgerFilter(), Ct), e => e.UsageId == usage.Id);
    }

    private static Task<IReadOnlyList<AnswerCount>> AnswersAsync(Engine engine) =>
        new AnswerStore(engine.Database).ListAsync(TimeProvider.System.GetUtcNow().AddHours(-2), TimeProvider.System.GetUtcNow().AddHours(1), Ct);
}
