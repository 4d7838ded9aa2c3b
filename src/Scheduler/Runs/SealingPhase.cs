using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Builds one segment a partition from the run files of all receipts; partitions already recorded are skipped.</summary>
internal static class SealingPhase
{
    /// <summary>Works until the run leaves the state Sealing.</summary>
    public static async Task RunAsync(RunContext context, CancellationToken ct)
    {
        await context.BeginOverheadAsync(ct).ConfigureAwait(false);
        if (await context.StopsByBudgetAsync(RunState.Sealing, ct).ConfigureAwait(false))
            return;
        var (services, plan) = (context.Services, context.Plan);
        var receipts = await services.Stores.Receipts.ListAsync(plan.Run, ct).ConfigureAwait(false);
        var sources = receipts.OrderBy(r => r.ShardIndex).SelectMany(r => r.Final.Artifacts).Where(a => a.Kind == ArtifactKind.RunFile)
            .Select(a => SourceOf(context, a)).ToList();
        var recorded = (await services.Stores.Snapshots.SegmentsAsync(plan.Run, ct).ConfigureAwait(false)).Select(s => s.Partition).ToHashSet();
        var done = recorded.Count;
        Report(context, done);
        SegmentOutcome.DuplicateKeyFound? duplicate = null;
        using var buffers = new SealBuffersPool();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, context.Settings.MaxSealers), CancellationToken = stop.Token };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, plan.PartitionCount).Where(p => !recorded.Contains(p)), options, async (partition, token) =>
            {
                if (await SealAsync(context, partition, sources, buffers, token).ConfigureAwait(false) is { } found)
                {
                    Interlocked.CompareExchange(ref duplicate, found, null);
                    await stop.CancelAsync().ConfigureAwait(false);
                    return;
                }
                Report(context, Interlocked.Increment(ref done));
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (duplicate is not null)
        {
            // The other partitions were stopped because the run fails anyway.
        }
        if (duplicate is not null)
            await context.FailAsync(RunState.Sealing, Explain(plan, duplicate), true, ct).ConfigureAwait(false);
        else
            await context.MoveAsync(RunState.Sealing, RunState.Judging, "", ct).ConfigureAwait(false);
    }

    private static async Task<SegmentOutcome.DuplicateKeyFound?> SealAsync(RunContext context, int partition, IReadOnlyList<RunFileSource> sources,
        SealBuffersPool buffers, CancellationToken ct)
    {
        var (services, plan) = (context.Services, context.Plan);
        // The coordinator's fence is in the name, so a coordinator that lost its lead can never overwrite what its successor wrote.
        var name = string.Create(CultureInfo.InvariantCulture, $"runs/{plan.Run}/segments/p{partition:0000}-f{context.Lead.Fence}.seg");
        await using var writer = await services.Stores.Blobs.CreateAsync(name, ct).ConfigureAwait(false);
        var request = new SegmentRequest(partition, plan.PartitionCount, plan.KeyKind, plan.Outputs.Count, sources,
            plan.Job.DuplicateKeys)
        { KeptSums = plan.KeptSums };
        switch (Build(request, writer.Content, buffers, ct))
        {
            case SegmentOutcome.DuplicateKeyFound found:
                return found;
            case SegmentOutcome.Built built:
                var blob = await writer.CommitAsync(ct).ConfigureAwait(false);
                context.Say(RunEventKind.SegmentWritten, $"partition {partition}", blob.Name);
                var artifact = new Artifact(blob.Name, ArtifactKind.Segment, blob.Bytes, blob.Checksum, built.Keys);
                await services.Stores.Snapshots.RecordSegmentAsync(context.Lead, new SegmentInfo(partition, artifact, built.Keys), ct).ConfigureAwait(false);
                if (built.DuplicateKeys > 0)
                    await context.DecideAsync(DecisionSubject.DuplicateKeys, $"partition {partition}: the last row of each key is served",
                        string.Create(CultureInfo.InvariantCulture,
                            $"{built.DuplicateKeys} rows were superseded by a later row with the same key; the job says last-wins"), ct).ConfigureAwait(false);
                context.Say(RunEventKind.SegmentRecorded, $"partition {partition}", string.Create(CultureInfo.InvariantCulture, $"{built.Keys} keys"));
                return null;
            default:
                throw new InvariantBrokenException("a segment is built or a duplicate found", name);
        }
    }

    private static SegmentOutcome Build(SegmentRequest request, Stream output, SealBuffersPool buffers, CancellationToken ct)
    {
        var own = buffers.Take();
        try
        {
            return SegmentBuilder.Build(request, output, own, ct);
        }
        finally
        {
            buffers.Return(own);
        }
    }

    private static RunFileSource SourceOf(RunContext context, Artifact artifact) => context.Stores.Blobs is LocalFolderBlobs folder
        ? RunFileSource.FromPath(folder.FileOf(artifact.BlobName)) with { RowNumberShift = artifact.RowNumberShift }
        : throw new StorageFailedException(artifact.BlobName,
            "run files are sealed from a local folder, and this blob store has none. Set blobs to a folder.", isTransient: false);

    private static string Explain(RunPlan plan, SegmentOutcome.DuplicateKeyFound found) =>
        $"Key {found.Key} of column {plan.Job.KeyColumn} is in two rows: {ManifestRows.Locate(plan.Manifest, found.RowNumberA)} "
        + $"and {ManifestRows.Locate(plan.Manifest, found.RowNumberB)}. "
        + "Remove one of them, or set duplicateKeys to lastWins in the job, and run the job at another instant: this run would find the same rows.";

    private static void Report(RunContext context, int segmentsDone)
    {
        var plan = context.Plan;
        context.Report(new RunProgress(plan.Run, RunState.Sealing, plan.Manifest.Rows, plan.Manifest.Rows, Measured<double>.NotMeasured("all rows are scored"),
            0, plan.Shards.Count, plan.Shards.Count, segmentsDone, plan.PartitionCount));
    }
}
