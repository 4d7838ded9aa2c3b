using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Workers that know only the database and the blob store.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class WorkerAnywhereTests(KillStage stage)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Offering Spot = new("ec2", "c7a.xlarge", "eu-west-1a", PurchaseOption.Spot);

    private static bool AllDone(IReadOnlyList<ShardProgress> shards) => shards.All(s => s.State == ShardState.Done);

    [Fact]
    public async Task AnyWorker_WithoutTerminalJobModelAndPrices_WorksOnTheOldestRunAndLeavesOnSigterm()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: setsid and signals.");
        await using var engine = await stage.OpenAsync("any", Ct);
        var job = await MoveModelAwayAsync(engine, stage.Job("any", WorkerMode.InProcess));
        var (older, newer) = (new RunId(job.Name, KillStage.Night(0)), new RunId(job.Name, KillStage.Night(1)));
        await OpenedNight.OpenAsync(engine, job, newer, new RunTerms(RunTerms.CurrentFormat, "/prices/of/the/coordinator", TimeSpan.FromSeconds(2)));
        await OpenedNight.OpenAsync(engine, job, older, new RunTerms(RunTerms.CurrentFormat, "/prices/of/the/coordinator", TimeSpan.FromSeconds(2)));
        File.Delete(job.Model is ModelReference.ByFile file ? file.Path : throw new InvalidOperationException());

        using var worker = StartDetached("--any", stage.DataFolder("any"), "--workers", "2", "--offering", Spot.ToString(), "--name", "far");
        await OpenedNight.WaitAsync(engine, older, worker, shards => shards.Any(s => s.Counts.Read > 0));
        var working = (await ProgramRun.RunAsync("workers", "--json", "--data", stage.DataFolder("any"))).Json();
        Assert.Equal(["far-0", "far-1"], working.EnumerateArray().Select(w => w.GetProperty("name").GetString()).Order());
        Assert.All(working.EnumerateArray(), w => Assert.Equal(Spot.ToString(), w.GetProperty("offering").GetString()));
        await OpenedNight.WaitAsync(engine, older, worker, AllDone);
        await OpenedNight.WaitAsync(engine, newer, worker, AllDone);
        Assert.False(worker.HasExited);
        await OpenedNight.SignalAsync(worker, "TERM");

        (await ProgramRun.EndAsync(worker)).MustEnd(0);
        var usage = await new UsageStore(engine.Database).PageAsync(null, 100, Ct);
        Assert.NotEmpty(usage);
        Assert.All(usage, u => Assert.Equal(("/prices/of/the/coordinator", Spot), (u.PricedBy, u.Offering)));
        // Two workers share one rented machine.
        Assert.All(usage, u => Assert.InRange((((u.ToExclusive - u.From) / 2) - u.Duration).TotalMicroseconds, -1, 1));
        Assert.All(await new WorkerStore(engine.Database).ListAsync(Ct), w => Assert.Equal(WorkerState.Ended, w.State));
        var receipts = new ReceiptStore(engine.Database);
        Assert.True((await AcceptedAsync(receipts, older)).Max() <= (await AcceptedAsync(receipts, newer)).Max());
    }

    [Fact]
    public async Task Worker_SigtermInTheMiddleOfAShard_HandsItBackWithItsCheckpointAndEndsWithZero()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: signals.");
        await using var engine = await stage.OpenAsync("drained", Ct);
        var run = new RunId("kill", KillStage.Night(0));
        var plan = await OpenedNight.OpenAsync(engine, stage.Job("drained", WorkerMode.InProcess), run);
        using var worker = ProgramRun.Start(["worker", "--run", $"{run}", "--data", stage.DataFolder("drained"), "--drain-seconds", "5"], "30s");
        await OpenedNight.WaitAsync(engine, run, worker, shards => shards.Any(s => s.State == ShardState.Leased && s.Counts.Read > 0));

        await OpenedNight.SignalAsync(worker, "TERM");

        (await ProgramRun.EndAsync(worker)).MustEnd(0, "Leaving");
        var left = await new ClaimStore(engine.Database).ProgressAsync(run, Ct);
        Assert.DoesNotContain(left, s => s.State == ShardState.Leased);
        Assert.Contains(left, s => s.State == ShardState.Free && s.Counts.Read is > 0);
        // Handed back, not expired: the next one need not wait for the lease's end and counts no loss.
        var next = await new ClaimStore(engine.Database).TryAcquireAsync(run, "next", TimeSpan.FromSeconds(5), Ct);
        Assert.False(next is LeaseOutcome.Granted { TakenOver: true }, $"{next}");
        Assert.NotEqual(plan.Shards.Count, await new ReceiptStore(engine.Database).CountAsync(run, Ct));
    }

    [Fact]
    public async Task Worker_SecondSignal_StopsAtOnceAndLeavesItsLeaseToExpire()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: signals.");
        await using var engine = await stage.OpenAsync("twice", Ct);
        var run = new RunId("kill", KillStage.Night(0));
        await OpenedNight.OpenAsync(engine, stage.Job("twice", WorkerMode.InProcess), run);
        using var worker = ProgramRun.Start(["worker", "--run", $"{run}", "--data", stage.DataFolder("twice"), "--drain-seconds", "600"], "30s");
        await OpenedNight.WaitAsync(engine, run, worker, shards => shards.Any(s => s.State == ShardState.Leased && s.Counts.Read > 0));

        // Both wait while it is stopped, so that it hears them at the same moment.
        foreach (var signal in (string[])["STOP", "TERM", "INT", "CONT"])
            await OpenedNight.SignalAsync(worker, signal);

        (await ProgramRun.EndAsync(worker)).MustEnd(130, "stopped at once");
        var left = Assert.Single(await new WorkerStore(engine.Database).ListAsync(Ct));
        Assert.NotEqual(WorkerState.Ended, left.State);
        Assert.Equal(Offering.Unknown, left.Card.Offering);
    }

    [Fact]
    public async Task Worker_RunOfANewerFormat_IsLeftToOthers()
    {
        await using var engine = await stage.OpenAsync("newer", Ct);
        var run = new RunId("kill", KillStage.Night(0));
        await OpenedNight.OpenAsync(engine, stage.Job("newer", WorkerMode.InProcess), run, new RunTerms(RunTerms.CurrentFormat + 1, "", null));

        var ended = await ProgramRun.RunAsync("worker", "--run", $"{run}", "--data", stage.DataFolder("newer"));

        ended.MustEnd(69, "format 2", "up to format 1", "newer batchengine");
        Assert.Equal(RunState.Scoring, (await new RunStore(engine.Database).FindAsync(run, Ct))!.State);
    }

    [Fact]
    public async Task Worker_InputThatIsNotOnItsMachine_LeavesTheRunAndDoesNotFailIt()
    {
        await using var engine = await stage.OpenAsync("unmounted", Ct);
        var run = new RunId("kill", KillStage.Night(0));
        var input = Path.Combine(stage.DataFolder("unmounted"), "customers.parquet");
        File.Copy(Path.Combine(Path.GetDirectoryName(stage.JobPath)!, "customers.parquet"), input);
        await OpenedNight.OpenAsync(engine, stage.Job("unmounted", WorkerMode.InProcess) with { Inputs = [input] }, run);
        File.Delete(input);

        var ended = await ProgramRun.RunAsync("worker", "--run", $"{run}", "--data", stage.DataFolder("unmounted"));

        ended.MustEnd(69, input, "not on this machine");
        Assert.Equal(RunState.Scoring, (await new RunStore(engine.Database).FindAsync(run, Ct))!.State);
    }

    [Theory]
    [InlineData]
    [InlineData("--any", "--run", "kill_20261101T020000Z")]
    [InlineData("--any", "--drain-seconds", "-1")]
    [InlineData("--any", "--offering", "ec2/c7a.xlarge")]
    public async Task Worker_WithoutOneWayToFindRuns_IsRefused(params string[] options) =>
        (await ProgramRun.RunAsync([Command, .. options, "--data", stage.DataFolder("refused")])).MustRefuse(options.Length == 3 ? options[1] : "--any");

    private const string Command = "worker";

    // As systemd starts it: a session of its own and no input.
    private static Process StartDetached(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "batchengine");
        var line = string.Join(' ', arguments.Skip(2).Prepend(arguments[0]).Select(a => $"'{a}'"));
        return Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", $"exec '{program}' worker {line} --data '{arguments[1]}' < /dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
    }

    private async Task<ScoringJob> MoveModelAwayAsync(Engine engine, ScoringJob job)
    {
        var copy = Path.Combine(engine.Configuration.DataDirectory, "mine.onnx");
        await using (var content = File.OpenRead(InputFolder.Model))
        await using (var target = File.Create(copy))
            await content.CopyToAsync(target, Ct);
        return job with { Model = new ModelReference.ByFile(copy) };
    }

    private static async Task<IReadOnlyList<int>> AcceptedAsync(ReceiptStore receipts, RunId run) =>
        [.. (await receipts.ListAsync(run, Ct)).Select(r => r.ShardIndex)];
}
