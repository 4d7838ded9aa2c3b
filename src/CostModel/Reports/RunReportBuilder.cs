using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.CostModel.Reports;

/// <summary>Gathers what is stored of one run into its report. Thread-safe; writes nothing. The same stored facts of an ended run give the same
/// report.</summary>
/// <param name="database">The database.</param>
/// <param name="clock">Says "now" in the report of a run that has not ended.</param>
public sealed class RunReportBuilder(StateDatabase database, TimeProvider clock)
{
    /// <summary>Builds the report.</summary>
    /// <param name="run">The run.</param>
    /// <param name="assumption">What a real-time answer is assumed to cost while none was measured; null means nothing is assumed.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The report; null means there is no such run.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<RunReport?> BuildAsync(RunId run, RealtimeAssumption? assumption, CancellationToken ct)
    {
        var runs = new RunStore(database);
        if (await runs.FindAsync(run, ct).ConfigureAwait(false) is not { } record || await runs.PlanAsync(run, ct).ConfigureAwait(false) is not { } plan)
            return null;
        var progress = await new ClaimStore(database).ProgressAsync(run, ct).ConfigureAwait(false);
        var receipts = await new ReceiptStore(database).ListAsync(run, ct).ConfigureAwait(false);
        var usage = await new UsageStore(database).ListAsync(run, ct).ConfigureAwait(false);
        var entries = await new LedgerStore(database).ListAsync(new LedgerFilter(RunId: run), ct).ConfigureAwait(false);
        var decisions = await new DecisionStore(database).ListAsync(run, ct).ConfigureAwait(false);
        var summaries = new CostSummaryBuilder(database);
        var baseline = await summaries.BaselineAsync(assumption, null, ct).ConfigureAwait(false);
        var fates = await summaries.FatesAsync([run], ct).ConfigureAwait(false);
        var cost = CostSummary.Of(entries, lookups: null, new Dictionary<string, string>(), CostGrouping.Run, baseline, fates).Total;
        var profiles = new ProfileStore(database);
        var drift = await profiles.FindDriftAsync(run, ct).ConfigureAwait(false);
        var current = await profiles.FindAsync(run, ct).ConfigureAwait(false);
        var before = drift?.Baseline is { } compared ? await profiles.FindAsync(compared, ct).ConfigureAwait(false) : [];
        var snapshot = await new SnapshotStore(database).FindOfRunAsync(run, ct).ConfigureAwait(false);
        var counts = progress.Aggregate(default(RowCounts), (sum, shard) => sum + shard.Counts);
        return new RunReport(run, record.State, record.Note, plan.Job.Owner, plan.Job.Serving.Name, record.Model, record.PlannedAt, record.StartedAt,
            record.EndedAt,
            record.EndedAt ?? clock.GetUtcNow(), RunReportParts.Plan(plan, record, counts, usage, cost), counts,
            [.. receipts.SelectMany(r => r.Final.Artifacts).Where(a => a.Kind == ArtifactKind.DeadLetters && a.Rows > 0).Select(a => a.BlobName)
                .Order(StringComparer.Ordinal)],
            snapshot is null ? Measured<long>.NotMeasured("the run has no snapshot yet") : Measured<long>.Of(snapshot.Snapshot.Keys),
            [.. progress.OrderBy(s => s.Index)
                .Select(s => new ReportShard(s.Index, s.Rows, s.Counts, s.Worker ?? "", s.Fence.Value, s.State.ToString().ToLowerInvariant()))],
            RunReportParts.Workers(usage, entries), RunReportParts.Interruptions(decisions), cost, baseline, drift, plan.Job.Drift,
            ReportHistograms.Of(drift, before, current, plan.Manifest.Columns), decisions, RunReportParts.Provenance(plan, snapshot, entries))
        {
            FromStores = RunReportParts.FromStores(receipts),
            Reuse = plan.Reuse.FullRun is { } full
                ? ReportReuse.Of(plan, fates.Of(run) == RunFate.Wasted
                    ? Measured<Money>.NotMeasured("what was made cannot be had, so nothing was saved")
                        : cost.Spend.Whole, counts.Read, await CostOfAsync(full, ct)
                    .ConfigureAwait(false), (await runs.FindAsync(full, ct).ConfigureAwait(false))?.Rows ?? 0)
                : ReportReuse.None(plan.Reuse.Reason),
        };
    }

    private async Task<Measured<Money>> CostOfAsync(RunId run, CancellationToken ct) =>
        Spend.Of(LedgerCorrection.Standing(await new LedgerStore(database).ListAsync(new LedgerFilter(RunId: run), ct).ConfigureAwait(false))).Whole;
}
