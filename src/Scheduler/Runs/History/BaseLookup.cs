using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Runs.History;

/// <summary>Looks for the run whose predictions a new run may take over: the one behind the snapshot that is served. Reads only.</summary>
internal sealed class BaseLookup(SnapshotStore snapshots, RunStore runs, ReceiptStore receipts, IBlobStore blobs)
{
    /// <summary>The base, or why there is none. A snapshot that was rolled back is none: the one that serves now is.</summary>
    public async Task<BaseAnswer> FindAsync(ScoringJob job, CancellationToken ct)
    {
        if (await snapshots.CurrentAsync(job.Serving.Name, ct).ConfigureAwait(false) is not { } current)
            return new BaseAnswer.None($"nothing is served as '{job.Serving.Name}' yet");
        if ((await ArtifactCheck.GlanceAsync(blobs, [.. current.Segments.Select(s => s.Artifact)], ct).ConfigureAwait(false))
            .FirstOrDefault(d => d is not null) is { } damage)
            return new BaseAnswer.None(string.Create(CultureInfo.InvariantCulture, $"a segment of snapshot {current.Id} cannot be used: {damage}"));
        var retired = (await runs.RetiredPartsAsync(current.Run, ct).ConfigureAwait(false)).Keys.Where(k => k.IsFile()).Order().ToList();
        return await runs.PlanAsync(current.Run, ct).ConfigureAwait(false) is { } plan
            ? new BaseAnswer.Found(new BaseRun(current.Id, plan, retired.Count > 0 ? [] : await receipts.ListAsync(current.Run, ct).ConfigureAwait(false))
            {
                WhyNoFile = retired.Count > 0 ? $"files of it were retired ({string.Join(", ", retired)})" : null,
            })
            : new BaseAnswer.None($"run {current.Run} behind snapshot {current.Id} has no plan");
    }
}
