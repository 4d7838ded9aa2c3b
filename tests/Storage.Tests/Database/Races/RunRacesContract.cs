using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Storage.Tests.Database.Races;

/// <summary>Runs, leads, shards and lanes.</summary>
public abstract class RunRacesContract : RaceContract
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Create_OneRunByMany_IsCreatedOnceWithItsShards()
    {
        var outcomes = await RaceAsync((database, _) => new RunStore(database).CreateAsync(Samples.Plan(shards: 5), Ct));
        Assert.Single(outcomes.OfType<RunCreation.Created>());
        Assert.Equal(5, (await new ClaimStore(Database).ProgressAsync(Samples.Run(), Ct)).Count);
    }

    [Fact]
    public async Task Move_OneStepByMany_IsMadeAndExplainedOnce()
    {
        await new RunStore(Database).CreateAsync(Samples.Plan(), Ct);
        var lead = await OpenedRuns.LeadAsync(Database, Samples.Run(), Ct);
        var moved = await RaceAsync((database, i) => new RunStore(database).MoveAsync(lead, RunState.Planned, RunState.Scoring, $"by {i}",
            new Decision(Samples.Run(), Samples.Night, DecisionSubject.Resume, $"by {i}", "race"), Ct));
        Assert.Single(moved, m => m);
        Assert.Single(await new DecisionStore(Database).ListAsync(null, Ct));
    }

    [Fact]
    public async Task Take_OneLeadByMany_HasOneHolder()
    {
        await new RunStore(Database).CreateAsync(Samples.Plan(), Ct);
        for (var round = 1; round <= 5; round++)
        {
            var outcomes = await RaceAsync((database, i) => new LeadStore(database).TryTakeAsync(Samples.Run(), $"holder {i}", Long, Ct));
            var taken = Assert.Single(outcomes.OfType<LeadOutcome.Taken>());
            Assert.Equal(round, taken.Lead.Fence.Value);
            Assert.All(outcomes.OfType<LeadOutcome.Held>(), held => Assert.Equal(taken.Lead, held.Lead));
            await new LeadStore(Database).GiveBackAsync(taken.Lead, Ct);
        }
    }

    [Fact]
    public async Task Move_OfALeadThatIsBeingTakenOver_CountsOnlyBeforeTheTakeover()
    {
        for (var day = 0; day < 10; day++)
        {
            var run = await Samples.OpenRunAsync(Database, Samples.Plan(Samples.Run(day: day)));
            var old = await OpenedRuns.LeadAsync(Database, run, Ct); // It has run out already, and counts until somebody takes it.
            var moves = await RaceAsync(async (database, i) =>
            {
                if (i % 2 == 1)
                    return await TryMoveAsync(new RunStore(database), old, RunState.Failed);
                return await new LeadStore(database).TryTakeAsync(run, $"next {i}", Long, Ct) is LeadOutcome.Taken next
                    && await TryMoveAsync(new RunStore(database), next.Lead, RunState.Sealing) is true;
            });
            Assert.Single(moves, m => m == true);
            Assert.False(await TryMoveAsync(new RunStore(Database), old, RunState.Judging) ?? false);
        }
    }

    [Fact]
    public async Task Acquire_ManyShardsByMany_EachIsGrantedOnce()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: Racers));
        var outcomes = await RaceAsync((database, i) => new ClaimStore(database).TryAcquireAsync(run, $"w{i}", Long, Ct));
        Assert.Equal(Enumerable.Range(0, Racers), outcomes.Cast<LeaseOutcome.Granted>().Select(g => g.Lease.ShardIndex).Order());
        Assert.All(await RaceAsync((database, _) => new ClaimStore(database).TryAcquireAsync(run, "late", Long, Ct)),
            o => Assert.IsType<LeaseOutcome.NoneFree>(o));
    }

    [Fact]
    public async Task Commit_OfALeaseThatRanOut_OrATakeoverOfItsShard_NeverBoth()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 40));
        for (var shard = 0; shard < 40; shard++)
        {
            var old = Assert.IsType<LeaseOutcome.Granted>(await new ClaimStore(Database).TryAcquireAsync(run, "old", TimeSpan.FromTicks(10), Ct));
            await Task.Delay(1, Ct);
            var grants = await RaceAsync(async (database, i) =>
            {
                if (i % 2 == 0)
                    return await new ClaimStore(database).TryAcquireAsync(run, $"w{i}", Long, Ct) as LeaseOutcome.Granted;
                await Record.ExceptionAsync(() => new ReceiptStore(database).CommitAsync(old.Lease, Samples.Receipt(old.Lease, 100), Ct));
                return null;
            });
            var accepted = await new ReceiptStore(Database).FindAsync(run, old.Lease.ShardIndex, Ct);
            var takeovers = grants.Where(g => g?.Lease.ShardIndex == old.Lease.ShardIndex).ToList();
            Assert.Equal(1, takeovers.Count + (accepted is null ? 0 : 1));
            foreach (var granted in grants.OfType<LeaseOutcome.Granted>())
                await new ReceiptStore(Database).CommitAsync(granted.Lease, Samples.Receipt(granted.Lease, 100), Ct);
            if (await new ReceiptStore(Database).CountAsync(run, Ct) == 40)
                return;
        }
    }

    [Fact]
    public async Task Renew_OrTakeOver_OfALeaseThatRanOut_NeverBoth()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        for (var round = 0; round < 30; round++)
        {
            var old = Assert.IsType<LeaseOutcome.Granted>(await new ClaimStore(Database).TryAcquireAsync(run, "old", TimeSpan.FromTicks(10), Ct));
            await Task.Delay(1, Ct);
            var won = await RaceAsync(async (database, i) => i % 2 == 0
                ? await new ClaimStore(database).RenewAsync(old.Lease, Long, Ct) ? old.Lease : null
                : (await new ClaimStore(database).TryAcquireAsync(run, $"w{i}", Long, Ct) as LeaseOutcome.Granted)?.Lease);
            var holder = Assert.Single(won.OfType<Lease>().DistinctBy(l => l.Fence));
            await new ClaimStore(Database).ReleaseAsync(holder, HandBack.AskedToLeave, Ct);
        }
    }

    [Fact]
    public async Task Change_OneLaneByMany_LosesNoChange()
    {
        var lanes = new LaneStore(Database);
        await lanes.CreateAsync(new LaneState("churn", "cron", Samples.Night, [], false), Ct);
        await RaceAsync(async (database, i) =>
        {
            for (var tries = 0; ; tries++)
            {
                var seen = (await new LaneStore(database).FindAsync("churn", Ct))!;
                var next = seen with { Pending = [.. seen.Pending, Samples.Night.AddDays(i)] };
                var why = new Decision(null, Samples.Night, DecisionSubject.Schedule, $"by {i}", "race");
                if (await new LaneStore(database).TryChangeAsync(next, [why], Ct) is not null)
                    return tries;
            }
        });
        var end = (await lanes.FindAsync("churn", Ct))!;
        Assert.Equal((Racers + 1, Racers), (end.Revision, end.Pending.Count));
        Assert.Equal(Racers, (await new DecisionStore(Database).ListAsync(null, Ct)).Count);
    }

    [Fact]
    public async Task Create_OneLaneByMany_HasOneFirstState()
    {
        var states = await RaceAsync((database, i) =>
            new LaneStore(database).CreateAsync(new LaneState("churn", $"cron {i}", Samples.Night, [Samples.Night], false), Ct));
        Assert.Single(states.DistinctBy(s => s.Schedule));
    }

    [Fact]
    public async Task Identity_GivenByMany_IsOne()
    {
        using var folder = new TemporaryFolder();
        await RaceAsync(async (database, _) =>
        {
            await new StoreClaim(database, new LocalFolderBlobs(folder["blobs"])).EnsureAsync(Ct);
            return true;
        });
        Assert.Equal(1, await Database.ReadAsync(tx => tx.NumberAsync("SELECT COUNT(*) FROM store_identity"), Ct));
    }

    // Null means that the lead was lost.
    private static async Task<bool?> TryMoveAsync(RunStore runs, Lead lead, RunState to)
    {
        try
        {
            return await runs.MoveAsync(lead, RunState.Scoring, to, "", null, Ct);
        }
        catch (LeadLostException)
        {
            return null;
        }
    }
}
