using System.Net;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Terminal;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>Readiness tells what is wrong now, whichever process made or mended it.</summary>
public sealed class ReadinessTests
{
    private static readonly DateTimeOffset Night = new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nights_ReleasedOrFollowedByABetterOneElsewhere_AreNoProblemAnyMore()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.OpenAsync(folder);
        var nights = new LatestNights(engine.Database);
        await new LaneStore(engine.Database).CreateAsync(new LaneState(ServedJob.Name, "0 0 2 * * ? | UTC", Night, [], false), Ct);
        Assert.Empty(await nights.ListAsync(Ct));

        var first = await ServedJob.NightAsync(engine, folder, 0);
        Assert.Equal((first, RunState.Published), await LatestAsync());
        await InputFolder.WriteAsync(folder.Good, 40);
        var job = JobFile.Load(folder["job.yaml"]);
        var held = new RunId(ServedJob.Name, Night.AddDays(1));
        await engine.Database.ExecuteSqlAsync("UPDATE runs SET state = 'Held' WHERE run_id = 'served_20261101T020000Z'", Ct);
        Assert.Equal((first, RunState.Held), await LatestAsync());
        await engine.Database.ExecuteSqlAsync("UPDATE runs SET state = 'Published' WHERE run_id = 'served_20261101T020000Z'", Ct);
        await new UnstartedRunStore(engine.Database).SaveAsync(held, Night.AddDays(1), null, "planted", Ct);
        Assert.Equal((held, null), await LatestAsync());

        // An older night that is made up for is not the latest; the one that could not start is, once it has run.
        await engine.Jobs.RunAsync(job, new RunId(ServedJob.Name, Night.AddDays(-1)), null, Ct);
        Assert.Equal((held, null), await LatestAsync());
        var outcome = await engine.Jobs.RunAsync(job, held, null, Ct);
        var state = outcome is RunOutcome.Held ? RunState.Held : RunState.Published;
        Assert.Equal((held, state), await LatestAsync());

        async Task<(RunId, RunState?)> LatestAsync() => Assert.Single(await nights.ListAsync(Ct)) is var night ? (night.Run, night.State) : default;
    }

    [Fact]
    public async Task Ready_NightHeldThenReleasedByAnotherProcess_IsNamedUntilThen()
    {
        using var folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(folder["jobs"]);
        await using var served = await ServedHost.BuildAsync(jobs: folder["jobs"]);
        var text = await File.ReadAllTextAsync(await JobAsync(folder), Ct);
        await File.WriteAllTextAsync(folder["jobs/served.yaml"], text + "\nschedule: { cron: 0 0 2 * * ? }\n", Ct);
        var job = JobFile.Load(folder["jobs/served.yaml"]);
        var run = new RunId(job.Name, Night);
        await served.Engine.Jobs.RunAsync(job, run, null, Ct);
        await served.Engine.Database.ExecuteSqlAsync("UPDATE runs SET state = 'Held'", Ct);
        await served.Engine.Database.ExecuteSqlAsync("DELETE FROM current_snapshots", Ct);
        await served.Host.StartAsync(Ct);
        Assert.Contains($"the night {run} was held back", (await served.GetAsync("/readyz")).Text, StringComparison.Ordinal);

        await using (var elsewhere = await Engine.OpenAsync(served.Engine.Configuration, TimeProvider.System, new Screen(json: true, verbose: false), Ct))
            await elsewhere.Jobs.ReleaseAsync(run, new ByHand("ada", "looked at it"), Ct);

        var (status, page) = await served.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain("held back", page, StringComparison.Ordinal);
        await served.Host.StopAsync(Ct);
    }

    [Fact]
    public async Task Ready_PriceSheetThatCannotBeRead_IsAProblemFromTheStartUntilItIsMended()
    {
        using var folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(folder["prices"]);
        await File.WriteAllTextAsync(folder["prices/p.yaml"], "source: [\n", Ct);
        await using var served = await ServedHost.BuildAsync(change: c => c with { PricesDirectory = folder["prices"] });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = Host.Serving.ServeHost.RunAsync(served.Host, stop.Token);
        await Task.WhenAny(running, served.Log.FirstAsync(1001).WaitAsync(Ct));

        var (status, page) = await served.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("The price sheets cannot be read: p.yaml:", page, StringComparison.Ordinal);
        Assert.DoesNotContain(folder["prices"], page, StringComparison.Ordinal);

        File.Delete(folder["prices/p.yaml"]);
        Assert.DoesNotContain("price sheets", (await served.GetAsync("/readyz")).Text, StringComparison.Ordinal);
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(true, HttpStatusCode.ServiceUnavailable)]
    [InlineData(false, HttpStatusCode.OK)]
    public async Task Ready_NightsThatCannotBeRead_AreAnOutageOfASchedulerAndAProblemOfServe(bool isScheduler, HttpStatusCode expected)
    {
        using var folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(folder["jobs"]);
        await using var served = await ServedHost.BuildAsync(jobs: folder["jobs"], roles: s => s with { Routes = !isScheduler, Scores = !isScheduler });
        await served.Host.StartAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/readyz")).Status);

        await served.Engine.Database.ExecuteSqlAsync("ALTER TABLE unstarted_runs RENAME TO away", Ct);

        var (status, page) = await served.GetAsync("/readyz");
        Assert.Equal(expected, status);
        Assert.Contains("What became of the nights cannot be read now.", page, StringComparison.Ordinal);
        await served.Engine.Database.ExecuteSqlAsync("ALTER TABLE away RENAME TO unstarted_runs", Ct);
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/readyz")).Status);
        await served.Host.StopAsync(Ct);
    }

    private static async Task<string> JobAsync(InputFolder folder)
    {
        await using var engine = await ServedJob.OpenAsync(folder);
        var text = await File.ReadAllTextAsync(folder["job.yaml"], Ct);
        await File.WriteAllTextAsync(folder["job.yaml"], text.Replace("good.parquet", "../good.parquet", StringComparison.Ordinal), Ct);
        return folder["job.yaml"];
    }
}
