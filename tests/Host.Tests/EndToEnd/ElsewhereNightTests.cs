using System.Diagnostics;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A night whose coordinator has no workers: they come, die and are replaced while it goes on.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ElsewhereNightTests(KillStage stage)
{
    private static readonly Offering Priced = new("ec2", "p3.2xlarge", "us-east-1a", PurchaseOption.Spot);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Night_WorkersComeDieAndAreReplaced_EqualsTheUninterruptedOneAndCostsWhatTheyRanOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: workers are killed.");
        // The coordinator neither scores nor seals, whatever the job says.
        await using var engine = await Engine.OpenAsync(EngineConfiguration.In(stage.DataFolder("elsewhere")) with
        {
            LeaseTtl = TimeSpan.FromSeconds(1),
            OwnWorkers = false,
        }, TimeProvider.System, new Screen(json: true, verbose: false), Ct);
        var job = stage.Job("elsewhere", WorkerMode.InProcess);
        var run = new RunId(job.Name, KillStage.Night(0));
        var running = engine.Jobs.RunAsync(job, run, null, Ct);
        using var first = Start("first", "--offering", Priced.ToString());
        await OpenedNight.WaitAsync(engine, run, first, shards => shards.Any(s => s.State == ShardState.Leased && s.Counts.Read > 0));
        first.Kill();
        await first.WaitForExitAsync(Ct);
        var killed = Stopwatch.StartNew();
        using var second = Start("second");
        await OpenedNight.WaitAsync(engine, run, second, shards => shards.Any(s => s is { State: ShardState.Leased, Worker: "second" }));
        TestContext.Current.SendDiagnosticMessage($"taken over {killed.Elapsed.TotalSeconds:0.0} s after the kill, process start included");

        Assert.IsType<RunOutcome.Published>(await running);
        await OpenedNight.SignalAsync(second, "TERM");
        (await ProgramRun.EndAsync(second)).MustEnd(0);

        stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, Ct), "workers elsewhere");
        Assert.Contains(await new DecisionStore(engine.Database).ListAsync(run, Ct), d => d.Choice.EndsWith("taken over by second", StringComparison.Ordinal));
        Assert.All(await new SealUnitStore(engine.Database).ProgressAsync(run, Ct), u => Assert.Equal("second", u.Worker));
        await MustCostWhatTheyRanOnAsync(engine, run);
    }

    [Fact]
    public async Task Night_OneWorkerOfTheRunAlone_IsScoredAndSealed()
    {
        await using var engine = await Engine.OpenAsync(EngineConfiguration.In(stage.DataFolder("alone")) with
        {
            LeaseTtl = TimeSpan.FromSeconds(2),
            OwnWorkers = false,
        }, TimeProvider.System, new Screen(json: true, verbose: false), Ct);
        var job = stage.Job("alone", WorkerMode.InProcess);
        var run = new RunId(job.Name, KillStage.Night(0));
        var running = engine.Jobs.RunAsync(job, run, null, Ct);
        while (await new RunStore(engine.Database).FindAsync(run, Ct) is not { State: RunState.Scoring })
            await Task.Delay(20, Ct);

        var worker = await ProgramRun.RunAsync("worker", "--run", $"{run}", "--workers", "2", "--data", stage.DataFolder("alone"));

        worker.MustEnd(0);
        Assert.IsType<RunOutcome.Published>(await running);
        stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, Ct), "one worker alone");
    }

    private async Task MustCostWhatTheyRanOnAsync(Engine engine, RunId run)
    {
        var poster = new CostModel.Ledger.LedgerPoster(engine.Database, engine.Clock, engine.Prices);
        var until = Stopwatch.StartNew();
        while ((await new OpenSliceStore(engine.Database).ListAsync(null, Ct)).Count > 0 && until.Elapsed < TimeSpan.FromSeconds(20))
        {
            await poster.CatchUpAsync(null, Ct);
            await Task.Delay(50, Ct);
        }
        await poster.PostRunAsync(run, Ct);
        var usage = (await new UsageStore(engine.Database).ListAsync(run, Ct)).Where(u => u.Kind == UsageKind.BatchWorker).ToList();
        Assert.Equal([Priced, Offering.Unknown], usage.Select(u => u.Offering).Distinct().OrderBy(o => o.ToString(), StringComparer.Ordinal));
        var entries = await new LedgerStore(engine.Database).ListAsync(new LedgerFilter(RunId: run), Ct);
        Assert.All(entries.Where(e => e.Offering == Offering.Unknown), e => Assert.False(e.Cost.HasValue));
        var paid = entries.Where(e => e.Offering == Priced)
            .Sum(e => e.Cost.TryGet(out var cost) ? cost.Amount : throw new InvalidOperationException(e.Cost.Reason));
        var hours = usage.Where(u => u.Offering == Priced).Sum(u => (decimal)u.Duration.Ticks) / TimeSpan.TicksPerHour;
        Assert.Equal(0.9731m * hours, paid, 9);
        var report = (await ProgramRun.RunAsync("cost", "report", "--by", "offering", "--json", "--data", stage.DataFolder("elsewhere"))).Json().ToString();
        Assert.Contains(Priced.ToString(), report, StringComparison.Ordinal);
        Assert.Contains(Offering.Unknown.ToString(), report, StringComparison.Ordinal);
        var summary = await new CostSummaryBuilder(engine.Database).BuildAsync(CostGrouping.Offering, null, new LedgerFilter(RunId: run), null, Ct);
        Assert.Equal(paid, summary.Lines.Single(l => l.Name == Priced.ToString()).Total.TryGet(out var total) ? total.Amount : 0, 9);
    }

    private Process Start(string name, params string[] options) =>
        ProgramRun.Start(["worker", "--any", "--name", name, .. options, "--data", stage.DataFolder("elsewhere")], KillStage.LeaseTtl);
}
