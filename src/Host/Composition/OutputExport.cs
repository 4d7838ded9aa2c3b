using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Composition;

/// <summary>Copies a published run's Parquet from the blob store to the job's output directory, whole or not at all. Repeating it changes nothing.</summary>
internal sealed class OutputExport(ReceiptStore store, RunStore runs, IBlobStore blobs)
{
    /// <summary>Copies output and dead letters, verified, into a temporary folder beside the target and moves it into place.</summary>
    /// <returns>The folder.</returns>
    /// <exception cref="StorageFailedException">The folder cannot be written.</exception>
    public async Task<string> ExportAsync(RunId run, CancellationToken ct)
    {
        var plan = await runs.PlanAsync(run, ct).ConfigureAwait(false) ?? throw new InvariantBrokenException("a published run has a plan", run.ToString());
        var target = TargetOf(plan.Job, run);
        if (File.Exists(Path.Combine(target, OutputManifest.FileName)))
            return target;
        var partial = target + ".partial";
        try
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            var manifest = await CopyAsync(plan, partial, ct).ConfigureAwait(false);
            await File.WriteAllBytesAsync(Path.Combine(partial, OutputManifest.FileName), manifest.ToUtf8(), ct).ConfigureAwait(false);
            if (Directory.Exists(target))
                Directory.Delete(target, recursive: true);
            Directory.Move(partial, target);
            return target;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(target,
                $"the output could not be copied ({problem.Message}). The run is published; "
                + "free the disk or mend the permissions and repeat the same command.",
                isTransient: false, problem);
        }
    }

    /// <summary>The job's output directory with "{run}" filled in, or its subfolder named by the run.</summary>
    public static string TargetOf(ScoringJob job, RunId run) => Path.GetFullPath(job.OutputDirectory.Contains("{run}", StringComparison.Ordinal)
        ? InputPatterns.Fill(job.OutputDirectory, job, run)
        : Path.Combine(InputPatterns.Fill(job.OutputDirectory, job, run), run.ToString()));

    // A file that an earlier run wrote is named by that run, so that two shards of one number never meet.
    private static string NameOf(RunId run, string blob) =>
        blob.Split('/') is ["runs", var writer, .., var name] && writer != run.ToString() ? $"{writer}-{name}" : Path.GetFileName(blob);

    private async Task<OutputManifest> CopyAsync(RunPlan plan, string folder, CancellationToken ct)
    {
        var files = new List<OutputManifest.WrittenFile>();
        var receipts = (await store.ListAsync(plan.Run, ct).ConfigureAwait(false)).OrderBy(r => r.ShardIndex).ToList();
        foreach (var artifact in receipts.SelectMany(r => r.Final.Artifacts))
        {
            if (artifact.Kind is not (ArtifactKind.Output or ArtifactKind.DeadLetters))
                continue;
            var name = Path.Combine(artifact.Kind == ArtifactKind.DeadLetters ? "rejects" : "", NameOf(plan.Run, artifact.BlobName));
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            await BlobCopy.ToFileAsync(blobs, artifact, Path.Combine(folder, name), ct).ConfigureAwait(false);
            files.Add(OutputManifest.Written(name, artifact));
        }
        var counts = receipts.Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        return new OutputManifest(plan.Run.ToString(), plan.Model.ToString(), plan.Model.Digest.Hex, plan.Manifest.Digest.Hex,
            OutputManifest.ReadFiles(plan.Manifest), plan.Job.KeyColumn, plan.Run.ScheduledAt, OutputManifest.ColumnsOf(plan), OutputManifest.Tally(counts),
                files);
    }
}
