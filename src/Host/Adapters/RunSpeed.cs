using BatchEngine.Domain;
using BatchEngine.Storage.Database;

namespace BatchEngine.Host.Adapters;

/// <summary>How fast one worker scored a job's last published run. Thread-safe.</summary>
internal sealed class RunSpeed(RunStore runs, UsageStore usage)
{
    /// <summary>Rows a second of one busy worker, or why it is not known. Rows that were carried over without being read are left out; a job that scores every row goes by the last run that did so.</summary>
    public async Task<Measured<double>> OfAsync(ScoringJob job, ModelVersion model, CancellationToken ct)
    {
        if (await runs.LatestPublishedAsync(job.Name, ct).ConfigureAwait(false) is not { } run || await runs.PlanAsync(run, ct).ConfigureAwait(false) is not { } plan)
            return Measured<double>.NotMeasured("no run of this job has been published yet");
        // A run that carried all its rows over has no speed; the one that scored them has.
        if (plan.Reuse.FullRun is { } full && (!job.ReusesUnchanged || plan.RowsToRead == 0))
            (run, plan) = (full, await runs.PlanAsync(full, ct).ConfigureAwait(false) ?? plan);
        if (await runs.FindAsync(run, ct).ConfigureAwait(false) is not { } record)
            return Measured<double>.NotMeasured($"run {run} is not recorded");
        if (record.Model.Digest != model.Digest)
            return Measured<double>.NotMeasured($"the last run used another model ({record.Model})");
        var busy = (await usage.ListAsync(run, ct).ConfigureAwait(false)).Where(u => u.Kind == UsageKind.BatchWorker).Sum(u => u.Duration.TotalSeconds * (u.BusyShare - u.ReworkShare));
        return busy > 0 ? Measured<double>.Of(plan.RowsToRead / busy) : Measured<double>.NotMeasured("the last run recorded no busy time");
    }
}
