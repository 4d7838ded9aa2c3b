using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Retention;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Retention;

/// <summary>What retention promises of the rows, on every engine.</summary>
public abstract class RetentionStoreContract : StateContract
{
    private RetentionStore CreateSut() => new(Database);

    [Fact]
    public async Task Retire_ACancelledRun_TakesItsRowsWritesDownItsBlobsAndLeavesItsLine()
    {
        var run = await CancelledAsync(Samples.Run());
        await CancelledAsync(Samples.Run(day: 5));
        await Assert.ThrowsAsync<StorageFailedException>(() => DeleteAsync("DELETE FROM receipts"));
        Clock.Advance(TimeSpan.FromDays(10));

        var part = Assert.Single(await CreateSut().EndedAsync(RetentionKind.Runs, Clock.GetUtcNow(), Ct), p => p.Run == run);
        Assert.Equal(new PartFate(null, 1, 7), await CreateSut().LookAsync(part, Clock.GetUtcNow(), 3, Ct) with { Bytes = 7 });
        Assert.Null((await CreateSut().RetireAsync(part, Clock.GetUtcNow(), 3, Ct)).Kept);

        Assert.Empty(await new ReceiptStore(Database).ListAsync(run, Ct));
        Assert.Null(await new RunStore(Database).PlanAsync(run, Ct));
        Assert.Equal(RunState.Cancelled, (await new RunStore(Database).FindAsync(run, Ct))!.State);
        Assert.Contains(RetentionKind.Runs, (await new RunStore(Database).RetiredPartsAsync(run, Ct)).Keys);
        Assert.Equal([$"runs/{run}/receipt"], await CreateSut().RemovalsAsync(9, Ct));
        await CreateSut().RemovedAsync([$"runs/{run}/receipt"], Ct);
        Assert.Empty(await CreateSut().RemovalsAsync(9, Ct));
        Assert.Equal("it was retired before", (await CreateSut().RetireAsync(part, Clock.GetUtcNow(), 3, Ct)).Kept);
    }

    [Fact]
    public async Task Retire_TheNewestOfAJobOrOneThatEndedLately_IsKeptWithTheReason()
    {
        var run = await CancelledAsync(Samples.Run());
        var part = new EndedPart(run, RetentionKind.Runs, Clock.GetUtcNow());
        Assert.Contains("lately", (await CreateSut().RetireAsync(part, Clock.GetUtcNow(), 3, Ct)).Kept, StringComparison.Ordinal);
        Clock.Advance(TimeSpan.FromDays(10));
        Assert.Contains("newest", (await CreateSut().RetireAsync(part, Clock.GetUtcNow(), 3, Ct)).Kept, StringComparison.Ordinal);
        Assert.Single(await new ReceiptStore(Database).ListAsync(run, Ct));
    }

    [Fact]
    public async Task Decisions_OfNoRun_GoByAgeAndOthersOnlyAfterTheirRun()
    {
        var run = await CancelledAsync(Samples.Run());
        var decisions = new DecisionStore(Database);
        await decisions.AppendAsync(new Decision(null, Start, DecisionSubject.Schedule, "old", "why"), Ct);
        await decisions.AppendAsync(new Decision(run, Start, DecisionSubject.Reuse, "of a run", "why"), Ct);
        await decisions.AppendAsync(new Decision(null, Start.AddDays(9), DecisionSubject.Schedule, "new", "why"), Ct);
        await Assert.ThrowsAsync<StorageFailedException>(() => DeleteAsync("DELETE FROM decisions"));

        var rows = new AgedRows(Database);
        Assert.Equal(1, (await rows.CountAsync(RetentionKind.Decisions, Start.AddDays(1), Ct))!.Value.Count);
        Assert.Equal(1, await rows.RemoveAsync(RetentionKind.Decisions, Start.AddDays(1), Ct));
        Assert.Equal(["of a run", "new"], (await decisions.ListAsync(null, Ct)).Select(d => d.Choice));
        await Assert.ThrowsAsync<StorageFailedException>(() => DeleteAsync("DELETE FROM decisions WHERE choice = 'new'"));
        foreach (var kind in AgedRows.Kinds)
            Assert.True(await rows.RemoveAsync(kind, Start.AddDays(1), Ct) >= 0);
    }

    private async Task<RunId> CancelledAsync(RunId run)
    {
        await Samples.OpenRunAsync(Database, Samples.Plan(run, shards: 1));
        var lease = (LeaseOutcome.Granted)await new ClaimStore(Database).TryAcquireAsync(run, "w", TimeSpan.FromMinutes(1), Ct);
        await new ReceiptStore(Database).CommitAsync(lease.Lease, Samples.Receipt(lease.Lease, lease.Shard.Rows, $"runs/{run}/receipt"), Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Cancelled, Ct);
        return run;
    }

    private Task<int> DeleteAsync(string sql) => Database.WriteAsync(tx => tx.ExecuteAsync(sql), Ct);
}
