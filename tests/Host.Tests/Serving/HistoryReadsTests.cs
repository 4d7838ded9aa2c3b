using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>What a night, the loops of `serve` and a report with a period read does not grow with the nights before: told by the steps that SQLite takes for
/// each statement, over few and over many.</summary>
public sealed class HistoryReadsTests
{
    private const int Few = 10, Many = 400;
    private const long Leeway = 400;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Night_AfterManyOthers_ReadsNoMoreRowsThanAfterFew()
    {
        using var folder = await InputFolder.CreateAsync();
        var (few, _) = await NightAfterAsync(folder, Few);
        var (many, planted) = await NightAfterAsync(folder, Many);

        // The control: a statement that does read all of history is told apart from the others.
        Assert.True(planted.Most > Many, $"{planted}");
        Assert.True(many.Count > 50, $"{many.Count} statements were heard");
        var grown = many.Where(s => few.TryGetValue(s.Key, out var before)
            ? s.Value.Most > (before.Most * 2) + Leeway || s.Value.Times > (before.Times * 3) + 20 : s.Value.Most > Many);
        Assert.True(!grown.Any(), string.Join("\n\n", grown.Select(s => $"{few.GetValueOrDefault(s.Key)} -> {s.Value}: {s.Key}")));
    }

    private static async Task<(IReadOnlyDictionary<string, (long Most, int Times)> Heard, (long Most, int Times) Planted)> NightAfterAsync(InputFolder folder,
        int nights)
    {
        const string Planted = "SELECT SUM(rows_read) FROM receipts";
        var data = FormattableString.Invariant($"after-{nights}");
        using var steps = new StatementSteps(EngineConfiguration.In(folder[data]).Database);
        await using var engine = await ServedJob.OpenAsync(folder, data);
        var first = await ServedJob.NightAsync(engine, folder, 0);
        await new EarlierNights(engine.Database, first).AddAsync(nights);
        await engine.Database.ExecuteSqlAsync(
            $"INSERT INTO lanes (job, schedule, handled_through, is_paused, revision) VALUES ('{ServedJob.Name}', '', 0, 0, 1)", Ct);
        await engine.Database.ExecuteSqlAsync(Planted, Ct);
        var planted = steps.Statements.GetValueOrDefault(Planted);
        steps.Clear();

        var run = await ServedJob.NightAsync(engine, folder, 1);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new ServeMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var board = new NightBoard(engine, metrics, null!, NullLoggerFactory.Instance, onlySchedules: false);
        await new LatestNights(engine.Database).ListAsync(Ct);
        var end = (await new RunStore(engine.Database).FindAsync(run, Ct))!;
        await ((INightListener)board).EndedAsync(run, new RunOutcome.AlreadyEnded(end), Ct);
        await EndpointAsync(engine);
        await new CostSummaryBuilder(engine.Database).BuildAsync(CostGrouping.Job, null,
            new LedgerFilter(From: end.PlannedAt.AddHours(-1), To: end.PlannedAt.AddDays(1)), null, Ct);
        await new SnapshotStore(engine.Database).ContractsAsync(Ct);
        await new SnapshotStore(engine.Database).ChangeStampAsync(Ct);
        await new SnapshotStore(engine.Database).ServedBeforeAsync(ServedJob.Name, 3, Ct);
        await using (await ServedJob.OpenAsync(folder, data))
            return (steps.Statements.ToDictionary(), planted);
    }

    private static async Task EndpointAsync(Engine engine)
    {
        var books = new EndpointBooks(engine.Database, engine.Clock, engine.Prices, new EndpointIdentity("here", TimeSpan.FromSeconds(5), false));
        var now = engine.Clock.GetUtcNow().AddSeconds(2);
        books.Count(ServedJob.Name, now, AnswerSource.Snapshot, RouteReason.Fresh, 3);
        books.Meter(ServedJob.Name, TimeSpan.FromMilliseconds(5), 3);
        await books.WriteAsync(now, ServedJob.Name, isEnd: true, Ct);
        await books.PostAsync(now, Ct);
    }
}
