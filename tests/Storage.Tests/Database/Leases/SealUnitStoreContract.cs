using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Leases;

public abstract class SealUnitStoreContract : LeaseContract
{
    private static readonly IReadOnlyList<SealUnit> s_units = [new(0, 0, 2), new(1, 2, 3)];

    private SealUnitStore Units => new(Database, "process");

    private SnapshotStore Snapshots => new(Database);

    [Fact]
    public async Task Acquire_FreeUnits_GrantsEachOnceInOrder()
    {
        var run = await SealingAsync();
        var first = await AcquiredAsync(run, "w1");
        var second = await AcquiredAsync(run, "w2");
        Assert.Equal(new SealLease(run, 0, new FenceToken(1), "w1", Start + Ttl), first.Lease);
        Assert.Equal([0, 1], first.Partitions);
        Assert.False(first.TakenOver);
        Assert.Equal(1, second.Lease.UnitIndex);
        Assert.Equal([2], second.Partitions);
        Assert.Equal(new SealLeaseOutcome.NoneFree(Ttl), await Units.TryAcquireAsync(run, "w3", Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_OfARunThatIsNotSealed_SaysWhereItIs()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        Assert.Equal(new SealLeaseOutcome.RunNotOpen(RunState.Scoring), await Units.TryAcquireAsync(run, "w", Ttl, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => Units.TryAcquireAsync(Samples.Run("unknown"), "w", Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_BeforeTheUnitsAreCut_IsNotMistakenForDone()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Sealing, Ct);
        Assert.Equal(new SealLeaseOutcome.NoneFree(null), await Units.TryAcquireAsync(run, "w", Ttl, Ct));
        Assert.Empty(await Units.ProgressAsync(run, Ct));
    }

    [Fact]
    public async Task Cut_Again_ChangesNothingAndNeedsTheLead()
    {
        var run = await SealingAsync();
        await AcquiredAsync(run, "w1");
        await Units.CutAsync(await OpenedRuns.LeadAsync(Database, run, Ct), [new SealUnit(0, 0, 3)], Ct);
        Assert.Equal(s_units, (await Units.ProgressAsync(run, Ct)).Select(u => u.Unit));
        await Assert.ThrowsAsync<LeadLostException>(() => Units.CutAsync(new Lead(run, new FenceToken(99)), s_units, Ct));
    }

    [Fact]
    public async Task RecordSegment_OfTheHolder_LeavesThePartitionOutOfTheNextLease()
    {
        var run = await SealingAsync();
        var first = await AcquiredAsync(run, "w1");
        await Snapshots.RecordSegmentAsync(first.Lease, Samples.Segment(run, 0), null, Ct);
        await Units.ReleaseAsync(first.Lease, HandBack.AskedToLeave, Ct);
        var next = await AcquiredAsync(run, "w2");
        Assert.Equal((2L, false), (next.Lease.Fence.Value, next.TakenOver));
        Assert.Equal([1], next.Partitions);
        await Snapshots.RecordSegmentAsync(next.Lease, Samples.Segment(run, 1), null, Ct);
        Assert.Equal(1, (await AcquiredAsync(run, "w2")).Lease.UnitIndex);
        Assert.Equal([(2, ShardState.Done), (0, ShardState.Leased)], (await Units.ProgressAsync(run, Ct)).Select(u => (u.Sealed, u.State)));
    }

    [Fact]
    public async Task Acquire_WhenEveryPartitionHasItsSegment_SaysSo()
    {
        var run = await SealingAsync();
        await Snapshots.RecordSegmentsAsync(await OpenedRuns.LeadAsync(Database, run, Ct), [.. Enumerable.Range(0, 3).Select(p => Samples.Segment(run, p))],
            Ct);
        Assert.Equal(new SealLeaseOutcome.AllDone(), await Units.TryAcquireAsync(run, "w", Ttl, Ct));
    }

    [Fact]
    public async Task RecordSegment_UnderAnOldFenceOrAReleasedLease_IsRefused()
    {
        var run = await SealingAsync();
        var silent = await AcquiredAsync(run, "w1");
        Clock.Advance(Ttl);
        var taken = await AcquiredAsync(run, "w2");
        Assert.Equal((true, new ShardAttempts(1, 0)), (taken.TakenOver, taken.Attempts));
        Assert.False(await Units.RenewAsync(silent.Lease, Ttl, Ct));
        await Assert.ThrowsAsync<FenceLostException>(() => Snapshots.RecordSegmentAsync(silent.Lease, Samples.Segment(run, 0), null, Ct));
        await Assert.ThrowsAsync<FenceLostException>(() => Units.StopAsync(silent.Lease, new SealStop("late", false), Ct));
        Assert.True(await Units.RenewAsync(taken.Lease, Ttl, Ct));
        await Units.ReleaseAsync(taken.Lease, HandBack.Failed, Ct);
        var lost = await Assert.ThrowsAsync<FenceLostException>(() => Snapshots.RecordSegmentAsync(taken.Lease, Samples.Segment(run, 0), null, Ct));
        Assert.Contains("seal unit 0", lost.Message);
        Assert.Empty(await Snapshots.SegmentsAsync(run, Ct));
        Assert.Equal(new ShardAttempts(1, 1), (await AcquiredAsync(run, "w3")).Attempts);
    }

    [Fact]
    public async Task RecordSegment_Again_DecidesOnce()
    {
        var run = await SealingAsync();
        var held = await AcquiredAsync(run, "w1");
        var why = new Decision(run, Start, DecisionSubject.DuplicateKeys, "the last", "because");
        await Snapshots.RecordSegmentAsync(held.Lease, Samples.Segment(run, 0), why, Ct);
        await Snapshots.RecordSegmentAsync(held.Lease, Samples.Segment(run, 0), why, Ct);
        Assert.Single(await new DecisionStore(Database).ListAsync(run, Ct));
    }

    [Fact]
    public async Task Expire_OfAHolderThatIsGone_LetsTheNextTakeOverAtOnce()
    {
        var run = await SealingAsync();
        var gone = await AcquiredAsync(run, "w1");
        Assert.Equal("process", (await Units.ProgressAsync(run, Ct))[0].Process);
        Assert.True(await Units.ExpireAsync(run, 0, gone.Lease.Fence, Ct));
        Assert.False(await Units.ExpireAsync(run, 0, gone.Lease.Fence, Ct));
        var next = await AcquiredAsync(run, "w2");
        Assert.Equal((0, true), (next.Lease.UnitIndex, next.TakenOver));
    }

    [Fact]
    public async Task Stop_OfTheHolder_EndsAllLeasingUntilTheRunIsResumed()
    {
        var run = await SealingAsync();
        var held = await AcquiredAsync(run, "w1");
        var stop = new SealStop("a key is there twice", true);
        await Units.StopAsync(held.Lease, stop, Ct);
        Assert.Equal(new SealLeaseOutcome.Stopped(), await Units.TryAcquireAsync(run, "w2", Ttl, Ct));
        var progress = await Units.ProgressAsync(run, Ct);
        Assert.Equal([stop, null], progress.Select(u => u.Stop));
        Assert.Equal(ShardState.Free, progress[0].State);
        await OpenedRuns.MoveAsync(Database, run, RunState.Sealing, RunState.Failed, Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Failed, RunState.Scoring, Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Sealing, Ct);
        Assert.Equal((0, 2L), ((await AcquiredAsync(run, "w2")).Lease.UnitIndex, (await Units.ProgressAsync(run, Ct))[0].Fence.Value));
    }

    [Fact]
    public async Task RunsWithFreeWork_OfARunThatIsSealed_AreGivenWhileAUnitIsFreeAndNothingStopsTheRun()
    {
        var run = await SealingAsync();
        Assert.Equal([run], await new RunStore(Database).WithFreeWorkAsync(5, Ct));
        var first = await AcquiredAsync(run, "w1");
        await AcquiredAsync(run, "w2");
        Assert.Empty(await new RunStore(Database).WithFreeWorkAsync(5, Ct));
        Clock.Advance(Ttl);
        Assert.Equal([run], await new RunStore(Database).WithFreeWorkAsync(5, Ct));
        await Units.StopAsync(first.Lease, new SealStop("a key is there twice", true), Ct);
        Assert.Empty(await new RunStore(Database).WithFreeWorkAsync(5, Ct));
    }

    [Fact]
    public async Task Acquire_ByManyAtOnce_GrantsEachUnitOnce()
    {
        var run = await SealingAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Units.TryAcquireAsync(run, $"w{i}", Ttl, Ct))));
        Assert.Equal([0, 1], outcomes.OfType<SealLeaseOutcome.Granted>().Select(g => g.Lease.UnitIndex).Order());
        Assert.Equal(4, outcomes.OfType<SealLeaseOutcome.NoneFree>().Count());
    }

    [Fact]
    public async Task Renew_OfARunThatWasCancelled_IsFalse()
    {
        var run = await SealingAsync();
        var held = await AcquiredAsync(run, "w1");
        await OpenedRuns.MoveAsync(Database, run, RunState.Sealing, RunState.Cancelled, Ct);
        Assert.False(await Units.RenewAsync(held.Lease, Ttl, Ct));
    }

    private async Task<SealLeaseOutcome.Granted> AcquiredAsync(RunId run, string worker) =>
        Assert.IsType<SealLeaseOutcome.Granted>(await Units.TryAcquireAsync(run, worker, Ttl, Ct));

    private async Task<RunId> SealingAsync()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Sealing, Ct);
        await Units.CutAsync(await OpenedRuns.LeadAsync(Database, run, Ct), s_units, Ct);
        return run;
    }
}
