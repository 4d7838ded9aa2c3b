using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Simulation;

/// <summary>What must be true of the stored facts at every moment, whoever was killed when. Reads only; each rule carries the number of the
/// invariant.</summary>
internal sealed class NightInvariants(Engine engine, string where)
{
    private const decimal Cent = 0.000_000_001m;

    /// <summary>Fails with the rule that does not hold.</summary>
    public async Task MustHoldAsync()
    {
        var runs = await new RunStore(engine.Database).ListAsync(null, 100, CancellationToken.None);
        foreach (var run in runs)
        {
            await ReceiptsAsync(run);
            await ReasonsAsync(run);
            await LedgerAsync(run);
        }
        foreach (var name in (await new SnapshotStore(engine.Database).ListAsync(null, 100, CancellationToken.None)).Select(s => s.Snapshot.ServingName)
            .Distinct())
            await ServedAsync(name);
    }

    private async Task ReceiptsAsync(RunRecord run)
    {
        var plan = await new RunStore(engine.Database).PlanAsync(run.Run, CancellationToken.None);
        Must(plan is not null, "I4", $"{run.Run} has no plan");
        var receipts = await new ReceiptStore(engine.Database).ListAsync(run.Run, CancellationToken.None);
        Must(receipts.Select(r => r.ShardIndex).Distinct().Count() == receipts.Count, "I1", $"{run.Run} has two receipts of a shard");
        foreach (var receipt in receipts)
        {
            var counts = receipt.Final.Counts;
            Must(counts.AddsUp && counts.Read == plan!.Shards[receipt.ShardIndex].Rows, "I1", $"{run.Run}, shard {receipt.ShardIndex}: {counts}");
        }
    }

    // What ended says why; what serves was decided in the transaction that let it.
    private async Task ReasonsAsync(RunRecord run)
    {
        var decisions = await new DecisionStore(engine.Database).ListAsync(run.Run, CancellationToken.None);
        if (run.State == RunState.Published)
            Must(decisions.Count(d => d.Subject == DecisionSubject.Publish) == 1, "I10", $"{run.Run} was decided on {decisions.Count} times");
        if (run.State is RunState.Failed or RunState.Held or RunState.Completed)
            Must(run.Note.Length > 0 && decisions.Any(d => d.Subject is DecisionSubject.RunFailed or DecisionSubject.Publish), "I12",
                $"{run.Run} is {run.State} without a reason");
    }

    private async Task LedgerAsync(RunRecord run)
    {
        var usage = (await new UsageStore(engine.Database).ListAsync(run.Run, CancellationToken.None)).ToDictionary(u => u.Id);
        var entries = await new LedgerStore(engine.Database).ListAsync(new LedgerFilter(RunId: run.Run), CancellationToken.None);
        var quotes = PriceSheetFile.LoadAll(engine.Configuration.PricesDirectory).SelectMany(s => s.Quotes).ToList();
        foreach (var posted in entries.GroupBy(e => e.UsageId))
        {
            Must(usage.ContainsKey(posted.Key), "I5", $"{posted.Key} is posted and not recorded");
            var own = posted.Where(e => e.CorrectsEntryId is null).ToList();
            Must(own.Sum(e => e.Duration.Ticks) == usage[posted.Key].Duration.Ticks, "I5", $"{posted.Key} is posted with another time");
            foreach (var entry in own)
                Must(IsPriced(entry, quotes), "I6", $"{entry.Id} costs {entry.Cost} by '{entry.PriceSource}'");
        }
        if (run.State is RunState.Published or RunState.Held or RunState.Completed)
            Must(usage.Keys.All(id => entries.Any(e => e.UsageId == id)), "I5", $"{run.Run} has ended, and not all of its usage is posted");
    }

    private static bool IsPriced(SpendEntry entry, IReadOnlyList<PriceQuote> quotes)
    {
        if (!entry.Cost.TryGet(out var cost))
            return entry.Cost.Reason is { Length: > 0 } && quotes.All(q => q.Offering != entry.Offering);
        var hours = (decimal)entry.Duration.Ticks / TimeSpan.TicksPerHour;
        return quotes.Any(q => q.Offering == entry.Offering && Math.Abs((q.PerHour.Amount * hours) - cost.Amount) < Cent);
    }

    private async Task ServedAsync(string name)
    {
        if (await new SnapshotStore(engine.Database).CurrentAsync(name, CancellationToken.None) is not { } current)
            return;
        var plan = (await new RunStore(engine.Database).PlanAsync(current.Run, CancellationToken.None))!;
        var total = (await new ReceiptStore(engine.Database).ListAsync(current.Run, CancellationToken.None))
            .Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        Must(total.AddsUp && total.Read == plan.Manifest.Rows, "I2", $"{current.Run} serves {total} of {plan.Manifest.Rows} rows");
        Must(current.Segments.Count == plan.PartitionCount, "I3", $"{current.Run} serves {current.Segments.Count} segments");
        foreach (var segment in current.Segments)
            await engine.Blobs.VerifyAsync(segment.Artifact.BlobName, segment.Artifact.Bytes, segment.Artifact.Checksum, CancellationToken.None);
        Must((await new RunStore(engine.Database).FindAsync(current.Run, CancellationToken.None))!.State == RunState.Published, "I10",
            $"{current.Run} serves and is not published");
        Must((await new SnapshotStore(engine.Database).ContractsAsync(CancellationToken.None)).Any(c => c.Contract == plan.Job.Serving), "I8",
            $"{name} promises what its snapshot's job did not");
    }

    private void Must(bool holds, string invariant, string facts) => Assert.True(holds, $"{invariant} is broken, {where}: {facts}");
}
