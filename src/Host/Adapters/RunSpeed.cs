using BatchEngine.Domain;
using BatchEngine.Storage.Database;

namespace BatchEngine.Host.Adapters;

/// <summary>How fast one worker scored a job's last published run. Thread-safe.</summary>
internal sealed class RunSpeed(RunStore runs, UsageStore usage)
{
    /// <summary>Rows a second of one busy worker, or why it is not known.</summary>
    public async Task<Measured<double>> OfAsync(string job, ModelVersion model, CancellationToken ct)
    {
        if (await runs.LatestPublishedAsync(job, ct).ConfigureAwait(false) is not { } run || await runs.FindAsync(run, ct).ConfigureAwait(false) is not { } record)
            return Measured<double>.NotMeasured("no run of this job has been published yet");
        if (record.Model.Digest != model.Digest)
            return Measured<double>.NotMeasured($"the last run used another model ({record.Model})");
        var busy = (await usage.ListAsync(run, ct).ConfigureAwait(false)).Where(u => u.Kind == UsageKind.BatchWorker).Sum(u => u.Duration.TotalSeconds * (u.BusyShare - u.ReworkShare));
        return busy > 0 ? Measured<double>.Of(record.Rows / busy) : Measured<double>.NotMeasured("the last run recorded no busy time");
    }
}
