using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>What look-ups may expect is what the job said when the served snapshot's run was planned; the name is one job's.</summary>
public sealed class ContractTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Contract_RefusedFailedOrOldRuns_LeaveTheOneOfTheServedSnapshot()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var job = JobFile.Load(folder["job.yaml"]);
        var lax = job with { Serving = job.Serving with { MaxAge = TimeSpan.FromDays(9) } };
        await InputFolder.WriteAsync(folder["none.parquet"], 0);

        Assert.IsType<RunOutcome.Refused>(await engine.Jobs.RunAsync(lax with { Inputs = [folder["none.parquet"]] }, At(1), null, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => engine.Jobs.RunAsync(lax with { Inputs = [folder["missing.parquet"]] }, At(1), null, Ct));
        Assert.IsType<RunOutcome.AlreadyEnded>(await engine.Jobs.RunAsync(lax, At(0), null, Ct));
        Assert.IsType<RunOutcome.Completed>(await engine.Jobs.RunAsync(lax, At(-1), null, Ct));
        Assert.Equal(TimeSpan.FromHours(1), await MaxAgeAsync());

        Assert.IsType<RunOutcome.Published>(await engine.Jobs.RunAsync(lax, At(2), null, Ct));
        Assert.Equal(TimeSpan.FromDays(9), await MaxAgeAsync());
        await new SnapshotStore(engine.Database).RollbackAsync(ServedJob.Name, new ByHand("ada", "a slip"), Ct);
        Assert.Equal(TimeSpan.FromHours(1), await MaxAgeAsync());

        async Task<TimeSpan?> MaxAgeAsync() => Assert.Single(await new SnapshotStore(engine.Database).ContractsAsync(Ct)).Contract.MaxAge;
    }

    [Fact]
    public async Task Name_OfAnotherJob_IsRefusedBeforeAnythingIsRecordedUnlessItIsTakenOver()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var other = JobFile.Load(folder["job.yaml"]) with { Name = "other" };
        var run = new RunId("other", At(1).ScheduledAt);

        var refused = await Assert.ThrowsAsync<BadInputException>(() => engine.Jobs.RunAsync(other, run, null, Ct));

        Assert.Contains("serving.formerJob: served", refused.Message, StringComparison.Ordinal);
        Assert.Null(await new RunStore(engine.Database).FindAsync(run, Ct));
        other = other with { Serving = other.Serving with { FormerJob = ServedJob.Name } };
        Assert.IsType<RunOutcome.Published>(await engine.Jobs.RunAsync(other, run, null, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => engine.Jobs.RunAsync(JobFile.Load(folder["job.yaml"]), At(2), null, Ct));
    }

    private static RunId At(int day) => new(ServedJob.Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero).AddDays(day));
}
