using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Runs.History;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>A night that is too short to tell a speed tells none: a guess from it refused the next night for its deadline.</summary>
public sealed class RunSpeedTests
{
    [Fact]
    public async Task Speed_BeforeTheFirstRun_IsNotMeasured()
    {
        await using var world = await World.CreateAsync();

        Assert.Contains("no run of this job", (await SpeedAsync(world)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speed_AfterFewRowsAndShortWork_IsNotMeasured()
    {
        await using var world = await World.CreateAsync();
        await PublishAsync(world, TimeSpan.FromSeconds(4.9));

        Assert.Contains("read only 40 rows in 4.9 s", (await SpeedAsync(world)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speed_AfterFewRowsAndLongWork_IsTheirRate()
    {
        await using var world = await World.CreateAsync();
        await PublishAsync(world, TimeSpan.FromSeconds(80));

        Assert.Equal(0.5, (await SpeedAsync(world)).Value);
    }

    [Fact]
    public async Task Speed_OfAnotherModel_IsNotMeasured()
    {
        await using var world = await World.CreateAsync();
        await PublishAsync(world, TimeSpan.FromSeconds(80));

        var speed = await new RunSpeed(world.Runs, world.Usage).OfAsync(world.Job, new ModelVersion("churn", 2, Digest.Of("another")), World.Stop);

        Assert.Contains("another model", speed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_AfterARunThatToldItsSpeed_PredictsTheDuration()
    {
        await using var world = await World.CreateAsync();
        await PublishAsync(world, TimeSpan.FromSeconds(80));

        var plan = await new RunPlanning(world.Services(SilentRunLog.Instance)).PlanAsync(world.Job, new RunId("churn", Samples.Night.AddDays(1)), World.Stop);

        Assert.Equal(TimeSpan.FromSeconds(80), Assert.IsType<PlanOutcome.Planned>(plan).Plan.Chosen.Duration.Value);
    }

    // Time stands still while it is scored, so that the only work is what is recorded here.
    private static async Task PublishAsync(World world, TimeSpan work)
    {
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
        await world.Usage.AppendAsync(new UsageRecord("work", Samples.Run, "", "worker", UsageKind.BatchWorker, Offering.Local, Samples.Night,
            Samples.Night + work, 1, 0, 40), World.Stop);
    }

    private static Task<Measured<double>> SpeedAsync(World world) =>
        new RunSpeed(world.Runs, world.Usage).OfAsync(world.Job, Samples.Prepared(world.Manifest).Model, World.Stop);
}
