using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.TestKit.Blobs;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>Sealing as leased work: by any number of sealers, here or elsewhere, the same bytes, each byte of a run file read once.</summary>
public sealed class SealersTests
{
    private const int Partitions = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Run_SealedByAnyNumber_PublishesTheSameBytes(int sealers)
    {
        var expected = await UndisturbedAsync();
        await using var world = await OpenAsync();
        Assert.IsType<RunOutcome.Published>(await world.RunAsync(change: s => s with { MaxSealers = sealers }));
        Assert.Equal(expected, await world.PublishedAsync());
        Assert.All(await world.SealUnits.ProgressAsync(Samples.Run, World.Stop), u => Assert.Equal((1L, ShardState.Done), (u.Fence.Value, u.State)));
    }

    [Fact]
    public async Task Run_SealedElsewhereOnly_IsPublishedAndMetersEachSealersOwnTime()
    {
        var expected = await UndisturbedAsync();
        await using var world = await OpenAsync();
        world.LetTimePass();
        var far = new ElsewhereBlobs(world.Blobs)
        {
            BeforeRange = _ =>
            {
                world.Clock.Advance(TimeSpan.FromMilliseconds(10));
                return Task.CompletedTask;
            },
        };
        var plan = (await world.Runs.PlanAsync(Samples.Run, World.Stop))!;
        var sealing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = world.RunAsync(new ToldLog(e => e.Kind == RunEventKind.StateMoved && e.Subject == nameof(RunState.Sealing), sealing),
            change: s => s with { MaxSealers = 0 });
        await sealing.Task.WaitAsync(TimeSpan.FromMinutes(1), World.Stop);
        // The coordinator's looks let time fly, and no unit is to be taken over meanwhile.
        using var loop = new SealLoop(world.SealersOver(far), LeasePolicy.Living(TimeSpan.FromHours(1)), plan);
        var sealers = Task.WhenAll(Enumerable.Range(0, 2).Select(i =>
            Task.Run(() => loop.RunAsync($"elsewhere-{i}", Offering.Local, null, CancellationToken.None, World.Stop))));

        Assert.IsType<RunOutcome.Published>(await world.Clock.PassAsync(ElsewhereWorkers.LookEvery, run));
        var outcomes = await world.Clock.PassAsync(LeasePolicy.Default.MaxWait, sealers);
        Assert.All(outcomes, o => Assert.True(o is SealOutcome.AllDone or SealOutcome.RunClosed, o.ToString()));
        Assert.Equal(Partitions, outcomes.Sum(o => o.UnitsSealed));
        Assert.Equal(expected, await world.PublishedAsync());

        var overhead = (await world.Usage.ListAsync(Samples.Run, World.Stop)).Where(u => u.Kind == UsageKind.RunOverhead).ToList();
        Assert.Contains(overhead, u => u.Subject == "elsewhere-0" && u.BusyShare == 1);
        Assert.Contains(overhead, u => u.Subject == "elsewhere-1");
        var reads = far.Ranges.GroupBy(r => (r.Name, r.Offset)).Where(g => g.Key.Offset == 64).ToList();
        Assert.All(reads, r => Assert.Single(r));
    }

    [Fact]
    public async Task SealUnit_WhoseSealerGoesSilent_IsTakenOverWhenItsLeaseEnds()
    {
        var expected = await UndisturbedAsync();
        await using var world = await OpenAsync();
        SealLeaseOutcome.Granted? silent = null;
        var log = new HookLog(RunEventKind.SealUnitLeased, async () =>
            silent = Assert.IsType<SealLeaseOutcome.Granted>(
                await world.SealUnits.TryAcquireAsync(Samples.Run, "silent", LeasePolicy.Default.Ttl, World.Stop)));

        Assert.IsType<RunOutcome.Published>(await world.Clock.PassAsync(LeasePolicy.Default.MaxWait, world.RunAsync(log)));

        Assert.Equal(expected, await world.PublishedAsync());
        Assert.InRange(world.Clock.GetUtcNow() - Samples.Night.AddMinutes(1), LeasePolicy.Default.Ttl, LeasePolicy.Default.Ttl + TimeSpan.FromSeconds(2));
        var segment = (await world.Snapshots.SegmentsAsync(Samples.Run, World.Stop))[silent!.Partitions[0]];
        await Assert.ThrowsAsync<FenceLostException>(() => world.Snapshots.RecordSegmentAsync(silent.Lease, segment, null, World.Stop));
        Assert.Contains(await world.Decisions.ListAsync(Samples.Run, World.Stop), d => d.Choice == $"seal unit {silent.Lease.UnitIndex} taken over by here-s0");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task DuplicateKeysInSeveralPartitions_FailTheRunOnceAndAgainWhenItIsResumed(int sealers)
    {
        await using var world = await OpenAsync();
        world.Scorer.KeyOf = row => row % 20;
        var failed = Assert.IsType<RunOutcome.Failed>(await world.RunAsync(change: s => s with { MaxSealers = sealers }));
        Assert.Matches(@"^Key \d+ of column id is in two rows: in/000[01].parquet, row group \d, row \d and in/000[01].parquet, row group \d, row \d\. "
            + "Remove one of them, or set duplicateKeys to lastWins", failed.Reason);
        Assert.False(failed.MayResume);
        var again = Assert.IsType<RunOutcome.Failed>(await world.RunAsync(holder: "again", change: s => s with { MaxSealers = sealers }));
        Assert.False(again.MayResume);
        Assert.Equal(2, (await world.Decisions.ListAsync(Samples.Run, World.Stop)).Count(d => d.Subject == DecisionSubject.RunFailed));
        Assert.DoesNotContain(await world.SealUnits.ProgressAsync(Samples.Run, World.Stop), u => u.State == ShardState.Leased);
    }

    [Fact]
    public async Task SealingThatIsAskedToLeave_HandsItsUnitBackAndGoesOnWithoutWaiting()
    {
        var expected = await UndisturbedAsync();
        await using var world = await OpenAsync(partitions: 512);
        using var notice = new CancellationTokenSource();
        var log = new HookLog(RunEventKind.SegmentRecorded, () =>
        {
            notice.Cancel();
            return Task.CompletedTask;
        });
        Assert.IsType<RunOutcome.Interrupted>(await world.RunAsync(log, notice: notice));
        var units = await world.SealUnits.ProgressAsync(Samples.Run, World.Stop);
        Assert.Equal((1, ShardState.Free), (units[0].Sealed, units[0].State));
        var before = world.Clock.GetUtcNow();
        Assert.IsType<RunOutcome.Published>(await world.RunAsync(holder: "next"));
        Assert.Equal(before, world.Clock.GetUtcNow());
        Assert.NotEqual(expected, await world.PublishedAsync());
        Assert.Equal(512, (await world.Snapshots.SegmentsAsync(Samples.Run, World.Stop)).Count);
    }

    [Fact]
    public async Task SealUnit_ThatFailsForNow_IsGivenBackAndTriedAgain()
    {
        await using var world = await OpenAsync();
        var plan = await SealingAsync(world);
        var failures = 2;
        var far = new ElsewhereBlobs(world.Blobs)
        {
            BeforeRange = name => Interlocked.Decrement(ref failures) >= 0
                ? throw new StorageFailedException(name, "503, try again later", isTransient: true) : Task.CompletedTask,
        };
        using var loop = new SealLoop(world.SealersOver(far), LeasePolicy.Default, plan);
        var work = loop.RunAsync("elsewhere", Offering.Local, null, CancellationToken.None, World.Stop);
        var outcome = await world.Clock.PassAsync(TimeSpan.FromMilliseconds(200), world.Clock.PassAsync(TimeSpan.FromMilliseconds(100), work));
        Assert.Equal(new SealOutcome.AllDone(Partitions), outcome);
    }

    [Fact]
    public async Task SealUnit_ThatFailsForGood_StopsTheRunWithItsReason()
    {
        await using var world = await OpenAsync();
        var plan = await SealingAsync(world);
        var far = new ElsewhereBlobs(world.Blobs) { BeforeRange = name => throw new StorageFailedException(name, "no access", isTransient: false) };
        using var loop = new SealLoop(world.SealersOver(far), LeasePolicy.Default, plan);
        Assert.IsType<SealOutcome.Stopped>(await loop.RunAsync("elsewhere", Offering.Local, null, CancellationToken.None, World.Stop));
        var failed = Assert.IsType<RunOutcome.Failed>(await world.RunAsync());
        Assert.Contains("no access", failed.Reason);
        Assert.True(failed.MayResume);
        Assert.IsType<RunOutcome.Published>(await world.RunAsync(holder: "mended"));
    }

    private static async Task<World> OpenAsync(int partitions = Partitions)
    {
        var world = await World.CreateAsync();
        await world.OpenRunAsync(p => p with { PartitionCount = partitions });
        return world;
    }

    // Scored and moved on by a coordinator that leaves before it seals.
    private static async Task<RunPlan> SealingAsync(World world)
    {
        using var notice = new CancellationTokenSource();
        Assert.IsType<RunOutcome.Interrupted>(await world.RunAsync(new HookLog(RunEventKind.SealUnitLeased, () =>
        {
            notice.Cancel();
            return Task.CompletedTask;
        }), notice: notice));
        return (await world.Runs.PlanAsync(Samples.Run, World.Stop))!;
    }

    private static async Task<string> UndisturbedAsync()
    {
        await using var world = await OpenAsync();
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
        return await world.PublishedAsync();
    }

    private sealed class ToldLog(Func<RunEvent, bool> isIt, TaskCompletionSource told) : IRunLog
    {
        public void Write(RunEvent happened)
        {
            if (isIt(happened))
                told.TrySetResult();
        }
    }
}
