using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Runs.History;

/// <summary>How fast one worker scored a job's last published run. Reads only.</summary>
internal sealed class RunSpeed(RunStore runs, UsageStore usage)
{
    /// <summary>Rows a second of one busy worker, or why it is not known. Rows that were carried over without being read are left out; a job that scores
    /// every row goes by the last run that did so, and so does one whose last run read too little to tell.</summary>
    public async Task<Measured<double>> OfAsync(ScoringJob job, ModelVersion model, CancellationToken ct)
    {
        if (await runs.LatestPublishedAsync(job.Name, ct).ConfigureAwait(false) is not { } run
            || await runs.PlanAsync(run, ct).ConfigureAwait(false) is not { } plan)
            return Measured<double>.NotMeasured("no run of this job has been published yet");
        var busy = await BusyAsync(run, ct).ConfigureAwait(false);
        if (plan.Reuse.FullRun is { } full && full != run && (!job.ReusesUnchanged || TellsTooLittle(plan.RowsToRead, busy))
            && await runs.PlanAsync(full, ct).ConfigureAwait(false) is { } fullPlan)
            (run, plan, busy) = (full, fullPlan, await BusyAsync(full, ct).ConfigureAwait(false));
        if (await runs.FindAsync(run, ct).ConfigureAwait(false) is not { } record)
            return Measured<double>.NotMeasured($"run {run} is not recorded");
        if (record.Model.Digest != model.Digest)
            return Measured<double>.NotMeasured($"the last run used another model ({record.Model})");
        if (busy <= TimeSpan.Zero)
            return Measured<double>.NotMeasured("the last run recorded no busy time");
        return TellsTooLittle(plan.RowsToRead, busy)
            ? Measured<double>.NotMeasured(
                string.Create(CultureInfo.InvariantCulture,
                $"run {run} read only {plan.RowsToRead:N0} rows in {busy.TotalSeconds:0.0} s of work, which tells no speed"))
            : Measured<double>.Of(plan.RowsToRead / busy.TotalSeconds);
    }

    /// <summary>How long the coordinator of the job's last published run worked itself, or why it is not known.</summary>
    public async Task<Measured<TimeSpan>> OverheadAsync(ScoringJob job, CancellationToken ct)
    {
        if (await runs.LatestPublishedAsync(job.Name, ct).ConfigureAwait(false) is not { } run)
            return Measured<TimeSpan>.NotMeasured("no run of this job has been published yet");
        var overhead = (await usage.ListAsync(run, ct).ConfigureAwait(false)).Where(u => u.Kind == UsageKind.RunOverhead)
            .Aggregate(TimeSpan.Zero, (sum, u) => sum + u.Duration);
        return overhead > TimeSpan.Zero ? Measured<TimeSpan>.Of(overhead) : Measured<TimeSpan>.NotMeasured($"run {run} recorded none");
    }

    private static bool TellsTooLittle(long rows, TimeSpan busy) => rows < PlanLimits.MinRowsForSpeed && busy < PlanLimits.MinWorkForSpeed;

    private async Task<TimeSpan> BusyAsync(RunId run, CancellationToken ct) =>
        TimeSpan.FromSeconds((await usage.ListAsync(run, ct).ConfigureAwait(false)).Where(u => u.Kind == UsageKind.BatchWorker)
            .Sum(u => (u.ToExclusive - u.From).TotalSeconds * (u.BusyShare - u.ReworkShare)));
}
