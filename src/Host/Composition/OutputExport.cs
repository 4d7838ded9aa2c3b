using System.Text;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Host.Composition;

/// <summary>Copies a published run's Parquet from the blob store to the job's output directory, whole and durable or not at all. Repeating it changes
/// nothing, but for files that went missing or were damaged meanwhile, which are written again.</summary>
/// <param name="store">What the run made.</param>
/// <param name="runs">How it was planned.</param>
/// <param name="blobs">Where its files are.</param>
/// <param name="openStore">Opens a place in an object store.</param>
internal sealed class OutputExport(ReceiptStore store, RunStore runs, IBlobStore blobs, Func<string, IBlobStore> openStore)
{
    private const string HeldSuffix = ".held";
    private const string HeldNote = "_HELD.txt";

    /// <summary>Copies output and dead letters, verified, into a temporary folder beside the target and moves it into place. A target that is there is
    /// verified and mended file by file; what else lies in it stays.</summary>
    /// <exception cref="StorageFailedException">The folder cannot be written.</exception>
    public async Task<ExportedOutput> ExportAsync(RunId run, CancellationToken ct)
    {
        var exported = await WriteAsync(run, "", ct).ConfigureAwait(false);
        if (exported.RetiredAt is not null)
            return exported;
        if (ObjectUri.IsOne(exported.Folder))
            await AtStoreAsync(exported.Folder + HeldSuffix, held => held.RemoveAsync(ct)).ConfigureAwait(false);
        else if (Directory.Exists(exported.Folder + HeldSuffix))
            Directory.Delete(exported.Folder + HeldSuffix, recursive: true);
        return exported;
    }

    /// <summary>Copies the outputs of a run that is held back into a folder of another name, which nobody takes for the job's output, with a file that says
    /// why. The export of the run, once it is released, removes it.</summary>
    /// <exception cref="StorageFailedException">The folder cannot be written.</exception>
    public async Task ExportHeldAsync(RunId run, string why, CancellationToken ct)
    {
        var exported = await WriteAsync(run, HeldSuffix, ct).ConfigureAwait(false);
        if (exported.RetiredAt is not null)
            return;
        var folder = exported.Folder;
        var note = $"Run {run} is held back and is not served.\n{why}\n";
        if (ObjectUri.IsOne(folder))
            await AtStoreAsync(folder, held => held.PutAsync(HeldNote, Encoding.UTF8.GetBytes(note), ct)).ConfigureAwait(false);
        else
            await File.WriteAllTextAsync(Path.Combine(folder, HeldNote), note, ct).ConfigureAwait(false);
    }

    /// <summary>Makes sure, before anything is scored, that a job's output can be written where it is to go.</summary>
    /// <exception cref="BadInputException">The folder cannot be made, or the URI names no place.</exception>
    /// <exception cref="StorageFailedException">The object store refuses.</exception>
    public async Task ProbeAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        if (!ObjectUri.IsOne(job.OutputDirectory))
        {
            OutputProbe.Require(job, run);
            return;
        }
        var target = TargetOf(job, run);
        try
        {
            await AtStoreAsync(target, place => place.ProbeAsync(ct)).ConfigureAwait(false);
        }
        catch (StorageFailedException problem)
        {
            throw new StorageFailedException(target,
                "the output could not be written there, so the run is not begun: objects must be allowed to be listed, read, "
                + $"written and deleted. {problem.Message}", problem.IsTransient, problem);
        }
    }

    private async Task<ExportedOutput> WriteAsync(RunId run, string suffix, CancellationToken ct)
    {
        // What lies in the job's folder stays; there is nothing any more to mend it with.
        var retired = await runs.RetiredPartsAsync(run, ct).ConfigureAwait(false);
        if (retired.Where(r => r.Key is RetentionKind.Outputs or RetentionKind.DeadLetters).Select(r => (DateTimeOffset?)r.Value).Max() is { } at)
            return new ExportedOutput("", 0) { RetiredAt = at };
        var plan = await runs.PlanAsync(run, ct).ConfigureAwait(false) ?? throw new InvariantBrokenException("a published run has a plan", run.ToString());
        var receipts = (await store.ListAsync(run, ct).ConfigureAwait(false)).OrderBy(r => r.ShardIndex).ToList();
        var files = receipts.SelectMany(r => r.Final.Artifacts).Where(a => a.Kind is ArtifactKind.Output or ArtifactKind.DeadLetters)
            .Select(a => (Artifact: a, Name: NameOf(run, a))).ToList();
        var manifest = Manifest(plan, receipts, files).ToUtf8();
        var target = TargetOf(plan.Job, run) + suffix;
        if (ObjectUri.IsOne(target))
        {
            var mended = await AtStoreAsync(target, place => place.WriteAsync([.. files.Select(f => (f.Artifact, f.Name.Replace('\\', '/')))], manifest, ct))
                .ConfigureAwait(false);
            return new ExportedOutput(target, mended);
        }
        try
        {
            if (Directory.Exists(target))
                return new ExportedOutput(target, await MendAsync(target, files, manifest, ct).ConfigureAwait(false));
            var partial = target + OutputManifest.PartialSuffix;
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            foreach (var (artifact, name) in files)
                await CopyAsync(artifact, Path.Combine(partial, name), ct).ConfigureAwait(false);
            await File.WriteAllBytesAsync(Path.Combine(partial, OutputManifest.FileName), manifest, ct).ConfigureAwait(false);
            DurableFolder.MoveInto(partial, target);
            return new ExportedOutput(target, 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(target,
                $"the output could not be copied ({problem.Message}). The run has ended; "
                + "free the disk or mend the permissions and repeat the same command.",
                isTransient: false, problem);
        }
    }

    /// <summary>The job's output directory with "{run}" filled in, or its subfolder named by the run.</summary>
    public static string TargetOf(ScoringJob job, RunId run)
    {
        var filled = InputPatterns.Fill(job.OutputDirectory, job, run);
        var isWhole = job.OutputDirectory.Contains("{run}", StringComparison.Ordinal);
        if (ObjectUri.IsOne(filled))
            return ObjectUri.Parse($"{filled.TrimEnd('/')}{(isWhole ? "" : $"/{run}")}", $"job {job.Name}, output").ToString();
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(isWhole ? filled : Path.Combine(filled, run.ToString())));
    }

    private Task AtStoreAsync(string place, Func<StoreExport, Task> work) => AtStoreAsync(place, async export =>
    {
        await work(export).ConfigureAwait(false);
        return true;
    });

    private async Task<T> AtStoreAsync<T>(string place, Func<StoreExport, Task<T>> work)
    {
        var target = openStore(place);
        using var open = target as IDisposable;
        return await work(new StoreExport(blobs, target)).ConfigureAwait(false);
    }

    // A file that an earlier run wrote is named by that run, so that two shards of one number never meet.
    private static string NameOf(RunId run, Artifact artifact) => Path.Combine(artifact.Kind == ArtifactKind.DeadLetters ? "rejects" : "",
        artifact.BlobName.Split('/') is ["runs", var writer, .., var name] && writer != run.ToString()
            ? $"{writer}-{name}" : Path.GetFileName(artifact.BlobName));

    private static OutputManifest Manifest(RunPlan plan, IReadOnlyList<ShardReceipt> receipts, IReadOnlyList<(Artifact Artifact, string Name)> files)
    {
        var counts = receipts.Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        return new OutputManifest(plan.Run.ToString(), plan.Model.ToString(), plan.Model.Digest.Hex, plan.Manifest.Digest.Hex,
            OutputManifest.ReadFiles(plan.Manifest), plan.Job.KeyColumn, plan.Run.ScheduledAt, OutputManifest.ColumnsOf(plan), OutputManifest.Tally(counts),
            [.. files.Select(f => OutputManifest.Written(f.Name, f.Artifact))]);
    }

    private async Task CopyAsync(Artifact artifact, string path, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await BlobCopy.ToFileAsync(blobs, artifact, path, ct).ConfigureAwait(false);
    }

    // The manifest comes last, so that a folder whose manifest is there has been whole at least once.
    private async Task<int> MendAsync(string target, IReadOnlyList<(Artifact Artifact, string Name)> files, byte[] manifest, CancellationToken ct)
    {
        var mended = 0;
        foreach (var (artifact, name) in files)
        {
            var path = Path.Combine(target, name);
            if (BlobCopy.IsSound(path, artifact, ct))
                continue;
            await CopyAsync(artifact, path + OutputManifest.PartialSuffix, ct).ConfigureAwait(false);
            DurableFolder.MoveFileInto(path + OutputManifest.PartialSuffix, path);
            mended++;
        }
        var list = Path.Combine(target, OutputManifest.FileName);
        if (mended == 0 && File.Exists(list))
            return 0;
        await File.WriteAllBytesAsync(list + OutputManifest.PartialSuffix, manifest, ct).ConfigureAwait(false);
        DurableFolder.MoveFileInto(list + OutputManifest.PartialSuffix, list);
        return Math.Max(mended, 1);
    }
}
