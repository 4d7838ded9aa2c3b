using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Sealing by the command `worker`, on a run whose coordinator only waits.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class SealingAnywhereTests(KillStage stage)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_OnARunThatIsSealed_SealsItAndMetersItsOwnTime()
    {
        await using var engine = await stage.OpenAsync("sealed", Ct);
        var (job, run) = (stage.Job("sealed", WorkerMode.InProcess), new RunId("kill", KillStage.Night(0)));
        var plan = await OpenedNight.OpenAsync(engine, job, run, new RunTerms(RunTerms.CurrentFormat, engine.Configuration.PricesDirectory, null));
        (await ProgramRun.RunAsync("worker", "--run", $"{run}", "--data", stage.DataFolder("sealed"), "--name", "scorer", "--offering", $"{Offering.Local}"))
            .MustEnd(0);
        await OpenedRuns.MoveAsync(engine.Database, run, RunState.Scoring, RunState.Sealing, Ct);
        var units = new SealUnitStore(engine.Database);
        await units.CutAsync(await OpenedRuns.LeadAsync(engine.Database, run, Ct), SealUnit.Of(plan.PartitionCount), Ct);

        var ended = await ProgramRun.RunAsync("worker", "--run", $"{run}", "--data", stage.DataFolder("sealed"), "--name", "sealer", "--offering",
            $"{Offering.Local}");

        ended.MustEnd(0);
        Assert.All(await units.ProgressAsync(run, Ct), u => Assert.Equal((ShardState.Done, "sealer"), (u.State, u.Worker)));
        var usage = Assert.Single(await new UsageStore(engine.Database).ListAsync(run, Ct), u => u.Subject == "sealer");
        Assert.Equal((UsageKind.RunOverhead, Offering.Local, 1), (usage.Kind, usage.Offering, usage.BusyShare));
        Assert.IsType<RunOutcome.Published>(await engine.Jobs.RunAsync(job, run, null, Ct));
        stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, Ct), "sealed by a worker");
        (await ProgramRun.RunAsync("cost", "verify", "--data", stage.DataFolder("sealed"))).MustEnd(0);
    }
}
