using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class CoordinatorKillTests(KillStage stage)
{
    private const int Kills = 5;
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(3);

    // The night makes 240 checkpoints, which takes longer than this on any disk.
    private static readonly TimeSpan MaxPauseInWork = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunCommand_KilledAndRepeated_PublishesOnceAndEqualsTheUninterruptedRun(bool childProcesses)
    {
        var ct = TestContext.Current.CancellationToken;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var data = childProcesses ? "coordinator-children" : "coordinator";
        var run = new RunId("kill", KillStage.Night(0));
        string[] command = ["run", JobOf(data), "--as-of", "2026-11-01T02:00:00Z", "--data", stage.DataFolder(data), "--json",
            .. (string[])(childProcesses ? ["--child-processes"] : [])];
        var killed = 0;
        using (var first = ProgramRun.Start([.. command, "--verbose"], KillStage.LeaseTtl))
        {
            await SayAsync(first, nameof(RunEventKind.WorkerStarted), ct);
            await Task.Delay(MaxPauseInWork * random.NextDouble(), ct);
            killed += first.HasExited ? 0 : 1;
            first.Kill();
            await ProgramRun.EndAsync(first);
        }
        await MustBeHalfDoneAsync(data, run, $"seed {seed}", ct);
        for (var start = 1; start < Kills; start++)
        {
            using var process = ProgramRun.Start(command, KillStage.LeaseTtl);
            await Task.WhenAny(process.WaitForExitAsync(ct), Task.Delay(MaxPause * random.NextDouble(), ct));
            killed += process.HasExited ? 0 : 1;
            process.Kill();
            await ProgramRun.EndAsync(process);
        }

        var when = $"seed {seed}, {killed} kills";
        Assert.True(killed > 0, $"{when}: every start had ended before it was to be killed, so nothing was tested");
        using (var last = ProgramRun.Start(command, KillStage.LeaseTtl))
        {
            var ended = await ProgramRun.EndAsync(last);
            Assert.True(ended.ExitCode == 0, $"{when}: exit code {ended.ExitCode}: {ended.Output}\n{ended.Errors}");
        }

        await using var engine = await stage.OpenAsync(data, ct);
        var job = stage.Job(data, WorkerMode.InProcess);
        stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, ct), when);
        using (var again = ProgramRun.Start(command, KillStage.LeaseTtl))
        {
            var ended = await ProgramRun.EndAsync(again);
            Assert.Equal(0, ended.ExitCode);
            Assert.Equal("AlreadyEnded", ended.Json().GetProperty("outcome").GetString());
        }

        Assert.Single(await new SnapshotStore(engine.Database).ListAsync(job.Serving.Name, 100, ct));
        Assert.Single(await new RunStore(engine.Database).ListAsync(null, 10, ct));
        await ProvedBooks.MustBeAsync(engine, when, ct);
        await WorkerKillTests.MustHaveNoOrphanAfterSweepAsync(engine, ct);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunCommand_KilledUnderALeaseOfManyMinutes_GoesOnAtOnceOnTheSameMachine(bool childProcesses)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: processes are told apart by /proc.");
        const string Lease = "30m"; // far longer than a program is waited for
        var ct = TestContext.Current.CancellationToken;
        var data = childProcesses ? "long-lease-children" : "long-lease";
        string[] command = ["run", JobOf(data), "--as-of", "2026-11-01T02:00:00Z", "--data", stage.DataFolder(data), "--verbose",
            .. (string[])(childProcesses ? ["--child-processes"] : [])];
        using (var first = ProgramRun.Start(command, Lease))
        {
            await SayAsync(first, childProcesses ? nameof(RunEventKind.WorkerStarted) : nameof(RunEventKind.CheckpointSaved), ct);
            first.Kill();
            await ProgramRun.EndAsync(first);
        }

        using var again = ProgramRun.Start(command, Lease);
        var ended = await ProgramRun.EndAsync(again);

        ended.MustEnd(0);
        await using var engine = await stage.OpenAsync(data, ct);
        stage.Uninterrupted.MustEqual(
            await ScoredNight.ReadAsync(engine, stage.Job(data, WorkerMode.InProcess), new RunId("kill", KillStage.Night(0)), ct), data);
    }

    private static async Task SayAsync(Process process, string word, CancellationToken ct)
    {
        while (await process.StandardError.ReadLineAsync(ct) is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"the program ended without a word of {word}");
    }

    // A kill before anything was recorded, or after everything was, tests nothing.
    private async Task MustBeHalfDoneAsync(string data, RunId run, string when, CancellationToken ct)
    {
        await using var engine = await stage.OpenAsync(data, ct);
        Assert.True(await new RunStore(engine.Database).FindAsync(run, ct) is { State: RunState.Scoring or RunState.Sealing or RunState.Judging },
            $"{when}: killed outside of the work");
    }

    // The same job with its output in the data folder of this test.
    private string JobOf(string data)
    {
        var path = Path.Combine(Path.GetDirectoryName(stage.JobPath)!, $"job-{data}.yaml");
        File.WriteAllText(path, File.ReadAllText(stage.JobPath)
            .Replace("output: output/{run}", $"output: {stage.DataFolder(data)}/output/{{run}}", StringComparison.Ordinal));
        return path;
    }
}
