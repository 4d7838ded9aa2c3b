using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Tests.Adapters;

/// <summary>A night that is too short to tell a speed tells none: a guess from it refused the next night for its deadline.</summary>
public sealed class RunSpeedTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Speed_AfterTwoThousandRows_IsNotMeasured()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var run = new RunId(ServedJob.Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero));
        var plan = (await new RunStore(engine.Database).PlanAsync(run, Ct))!;
        var speed = await new RunSpeed(new RunStore(engine.Database), new UsageStore(engine.Database)).OfAsync(plan.Job, plan.Model, Ct);
        Assert.Contains("read only 2,000 rows", speed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speed_AfterFewRowsAndLongWork_IsTheirRate()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var run = new RunId(ServedJob.Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero));
        var plan = (await new RunStore(engine.Database).PlanAsync(run, Ct))!;
        var usage = new UsageStore(engine.Database);
        var told = (await usage.ListAsync(run, Ct)).First(u => u.Kind == UsageKind.BatchWorker);
        await usage.AppendAsync(told with { Id = "an hour", From = told.From, ToExclusive = told.From.AddHours(1), BusyShare = 1, ReworkShare = 0 }, Ct);
        Assert.InRange((await new RunSpeed(new RunStore(engine.Database), usage).OfAsync(plan.Job, plan.Model, Ct)).Value, 0.5, 0.56);
    }
}
