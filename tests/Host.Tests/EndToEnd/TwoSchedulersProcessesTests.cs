using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Two schedulers over one database, on machines of their own as far as their folders go: one is stopped past its lease and goes on, one is
/// killed, and each night is run once.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class TwoSchedulersProcessesTests(KillStage stage) : IAsyncLifetime
{
    private const int Runs = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly TestKit.Folders.TemporaryFolder _folder = new();
    private Engine _engine = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => _folder["data"];

    public async ValueTask InitializeAsync()
    {
        foreach (var machine in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_folder[machine]);
            var text = (await File.ReadAllTextAsync(stage.JobPath, Ct)).Replace("customers.parquet", Path.Combine(Path.GetDirectoryName(stage.JobPath)!,
                "customers.parquet"), StringComparison.Ordinal).Replace("output/{run}", _folder["output"] + "/{run}", StringComparison.Ordinal);
            await File.WriteAllTextAsync(_folder[$"{machine}/kill.yaml"], text
                + "\nreuseUnchanged: false\nschedule: { cron: '0/2 * * * * ?', misfire: runAll, overlap: queue }\n", Ct);
        }
        await File.WriteAllTextAsync(_folder["engine.yaml"], $"leaseTtl: {KillStage.LeaseTtl}\nstop: {{ drain: 1ms, within: 25s }}\n", Ct);
        _engine = await Engine.OpenAsync(EngineConfiguration.In(Data) with { LeaseTtl = TimeSpan.FromSeconds(1) }, TimeProvider.System,
            new Screen(json: true, verbose: false), Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Schedulers_OneStoppedPastItsLeaseAndOneKilled_RunEachNightOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: processes are stopped by signals.");
        using var a = await StartAsync("a");
        using var b = await StartAsync("b");

        var (stopped, other, first) = await LeaderAsync(a, b);
        await StopOutsideAWriteAsync(stopped);
        await EndsAsync(first);
        await stopped.SignalAsync("CONT");
        await EndsAsync(await NextAsync(first));

        var (killed, last, second) = await LeaderAsync(a, b);
        await killed.KillAsync();
        await EndsAsync(second);
        while ((await PublishedAsync()).Count < Runs)
            await Task.Delay(100, Ct);
        Assert.Equal(0, await last.EndAsync());

        foreach (var role in (ServingProcess[])[a, b])
            Assert.DoesNotContain(role.Said, line => line.StartsWith("error", StringComparison.Ordinal) || line.Contains("   at ", StringComparison.Ordinal));
        await EachNightRanOnceAsync();
        Assert.True(other.Id == a.Id || other.Id == b.Id);
    }

    private Task<ServingProcess> StartAsync(string machine) =>
        ServingProcess.StartAsync("scheduler", "--jobs", _folder[machine], "--data", Data, "--config", _folder["engine.yaml"], "--init");

    // Whose process leads a run that is being scored.
    private async Task<(ServingProcess Leader, ServingProcess Other, RunId Run)> LeaderAsync(ServingProcess a, ServingProcess b)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Assert.False(patience.IsCancellationRequested, $"nobody leads: {a.Words}\n{b.Words}");
            await using var connection = await OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "SELECT l.holder, l.run_id FROM leaders l JOIN runs r ON r.run_id = l.run_id WHERE l.holder IS NOT NULL AND r.state = 'Scoring'";
            await using var rows = await command.ExecuteReaderAsync(Ct);
            if (await rows.ReadAsync(Ct))
            {
                var (holder, run) = (rows.GetString(0), RunId.Parse(rows.GetString(1)));
                foreach (var (one, other) in ((ServingProcess, ServingProcess)[])[(a, b), (b, a)])
                {
                    if (holder.Contains(string.Create(CultureInfo.InvariantCulture, $"-{one.Id}-"), StringComparison.Ordinal))
                        return (one, other, run);
                }
            }
            await Task.Delay(10, Ct);
        }
    }

    // A process that is stopped while it holds the lock of the file holds up everybody, which is SQLite's way and no matter of schedulers.
    private async Task StopOutsideAWriteAsync(ServingProcess process)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            await process.SignalAsync("STOP");
            try
            {
                await using var connection = await OpenAsync();
                await using var transaction = connection.BeginTransaction(deferred: false);
                return;
            }
            catch (SqliteException)
            {
                await process.SignalAsync("CONT");
                await Task.Delay(20, Ct);
            }
        }
        Assert.Fail("it always holds the lock");
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={_engine.Database.Place};Pooling=False;Default Timeout=1");
        await connection.OpenAsync(Ct);
        return connection;
    }

    private async Task EndsAsync(RunId run)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await new RunStore(_engine.Database).FindAsync(run, Ct) is not { State: RunState.Published })
        {
            Assert.False(patience.IsCancellationRequested, $"{run} was not published");
            await Task.Delay(50, Ct);
        }
    }

    private async Task<RunId> NextAsync(RunId after)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if ((await new RunStore(_engine.Database).ListAsync(null, 100, Ct)).Where(r => r.Run.ScheduledAt > after.ScheduledAt)
                .OrderBy(r => r.Run.ScheduledAt).FirstOrDefault() is { } next)
                return next.Run;
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<IReadOnlyList<RunRecord>> PublishedAsync() =>
        [.. (await new RunStore(_engine.Database).ListAsync(null, 1_000, Ct)).Where(r => r.State == RunState.Published)];

    private async Task EachNightRanOnceAsync()
    {
        var decisions = await new DecisionStore(_engine.Database).ListAsync(null, Ct);
        var published = await PublishedAsync();
        foreach (var run in published)
        {
            Assert.Single(decisions, d => d.Run == run.Run && d.Subject == DecisionSubject.Publish);
            var rows = ParquetRows.Read(Path.Combine(_folder["output"], run.Run.ToString()), "customer_id", ["model_version", "run_id", "scored_at"]);
            Assert.Equal(stage.Uninterrupted.Rows.Count, rows.Count);
        }
        // Nothing failed, and every second second was either run or is waiting.
        Assert.DoesNotContain(await new RunStore(_engine.Database).ListAsync(null, 1_000, Ct), r => r.State is RunState.Failed or RunState.Held);
        var lane = (await new LaneStore(_engine.Database).FindAsync("kill", Ct))!;
        var known = published.Select(r => r.Run.ScheduledAt).Concat(lane.Pending).Order().ToList();
        Assert.Equal(known.Distinct(), known);
        Assert.All(known.Zip(known.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(2), pair.Second - pair.First));
        Assert.Equal(lane.HandledThrough, known[^1]);
        await ProvedBooks.MustBeAsync(_engine, "after both", Ct);
    }
}
