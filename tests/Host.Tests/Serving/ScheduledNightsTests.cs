using System.Net;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>What `serve` says and does of its nights, in real time, with crons of seconds.</summary>
public sealed class ScheduledNightsTests : IAsyncLifetime
{
    private const int Scheduled = 1004, Unscheduled = 1006, JobRefused = 1007, NightEnded = 1110, NightNotStarted = 1113;
    private InputFolder _folder = null!;
    private ServedHost? _served;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(_folder["jobs"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_served is not null)
        {
            await _served.Host.StopAsync(CancellationToken.None);
            await _served.DisposeAsync();
        }
        _folder.Dispose();
    }

    [Fact]
    public async Task Night_WhoseInputIsMissing_IsALineARowAProblemAndAnAlert_UntilOneEndsWell()
    {
        WriteJob("late", "late/*.parquet");
        var told = _folder["told.txt"];
        var served = await ServeAsync($"echo \"$BATCHENGINE_ALERT_JOB $BATCHENGINE_ALERT_OUTCOME $BATCHENGINE_ALERT_TEXT\" >> '{told}'");

        var line = await served.Log.FirstAsync(NightNotStarted, "late_");

        Assert.Contains("not started", line.Text, StringComparison.Ordinal);
        Assert.Contains("late/*.parquet", line.Text, StringComparison.Ordinal);
        var row = (await new UnstartedRunStore(served.Engine.Database).ListAsync("late", 1, Ct))[0];
        Assert.Contains("late/*.parquet", row.Reason, StringComparison.Ordinal);
        Assert.Null(row.RetryUntil);
        var (status, page) = await served.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("job late: the night late_", page, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder["late"], page, StringComparison.Ordinal);
        await WaitAsync(() => File.Exists(told) && File.ReadAllText(told).StartsWith("late NotStarted late_", StringComparison.Ordinal), "an alert");

        Directory.CreateDirectory(_folder["late"]);
        File.Copy(_folder.Good, _folder["late/a.parquet"]);
        var ended = await served.Log.FirstAsync(NightEnded, "late_");
        Assert.Matches("published snapshot .* 2,000 rows in .* rejected\\. Spent ", ended.Text);
        await WaitAsync(() => Directory.Exists(Path.Combine(served.Engine.Configuration.DataDirectory, "reports")), "a report");
        Assert.DoesNotContain("job late", (await served.GetAsync("/readyz")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JobFile_WithAProblem_IsNamedAndTheOthersRun()
    {
        WriteJob("good", "good.parquet");
        File.WriteAllText(_folder["jobs/bad.yaml"], "name: bad\ninput: x\nkey: k\nmodel: m@x\noutput: o\nschedule: { cron: 0 0 2 30 2 ? }\n");
        File.WriteAllText(_folder["jobs/torn.yaml"], "name: [\n");
        var served = await ServeAsync();

        Assert.Contains("bad.yaml:6:19 (key 'schedule.cron')", (await served.Log.FirstAsync(JobRefused, "never fires")).Text, StringComparison.Ordinal);
        Assert.Contains("torn.yaml:", (await served.Log.FirstAsync(JobRefused, "torn.yaml")).Text, StringComparison.Ordinal);
        await served.Log.FirstAsync(NightEnded, "good_");
        var (status, page) = await served.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(page.Contains("a job file has a problem: bad.yaml:6:19 (key 'schedule.cron')", StringComparison.Ordinal), page);
        Assert.DoesNotContain(_folder["jobs"], page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JobFile_ChangedWhileServing_IsReadAgain_AndABrokenOneKeepsWhatItSaid()
    {
        WriteJob("good", "good.parquet", "0 0 2 * * ?");
        var served = await ServeAsync();
        await served.Log.FirstAsync(Scheduled, "good: 0 0 2 * * ? UTC");

        WriteJob("good", "good.parquet", "0 30 3 * * ?");
        await served.Log.FirstAsync(Scheduled, "good: 0 30 3 * * ? UTC");
        File.WriteAllText(_folder["jobs/good.yaml"], "name: good\ninput: x\n");
        await served.Log.FirstAsync(JobRefused, "good.yaml");
        Assert.Equal("0 30 3 * * ? | UTC", (await new LaneStore(served.Engine.Database).FindAsync("good", Ct))!.Schedule);

        File.Delete(_folder["jobs/good.yaml"]);
        await served.Log.FirstAsync(Unscheduled, "good");
        Assert.Null(await new LaneStore(served.Engine.Database).FindAsync("good", Ct));
        Assert.DoesNotContain("job file", (await served.GetAsync("/readyz")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_StartedAgainAfterANightThatCouldNotStart_StillShowsIt()
    {
        WriteJob("late", "late/*.parquet", "0 0 2 * * ?");
        _served = await ServedHost.BuildAsync(jobs: _folder["jobs"]);
        await new UnstartedRunStore(_served.Engine.Database).SaveAsync(new Domain.RunId("late", DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, null,
            "planted", Ct);

        await _served.Host.StartAsync(Ct);

        Assert.Contains("job late: the night late_19700101T000000Z could not start", (await _served.GetAsync("/readyz")).Text, StringComparison.Ordinal);
    }

    private async Task<ServedHost> ServeAsync(string? alerts = null)
    {
        _served = await ServedHost.BuildAsync(jobs: _folder["jobs"], alerts: alerts);
        await _served.Host.StartAsync(Ct);
        return _served;
    }

    private void WriteJob(string name, string input, string cron = "* * * * * ?") => File.WriteAllText(_folder[$"jobs/{name}.yaml"], $$"""
        name: {{name}}
        input: ../{{input}}
        key: customer_id
        model: {{InputFolder.Model}}
        features: {{InputFolder.Features}}
        output: ../output/{run}
        quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
        schedule: { cron: '{{cron}}' }
        """);

    private static async Task WaitAsync(Func<bool> isThere, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isThere())
        {
            Assert.False(patience.IsCancellationRequested, what + " did not come");
            await Task.Delay(50, Ct);
        }
    }
}
