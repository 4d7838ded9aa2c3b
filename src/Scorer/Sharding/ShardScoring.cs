using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Scores one shard of a run: read, features, model, profile, write, in bounded buffers, resumable at every checkpoint. Thread-safe; each call is
/// one worker.</summary>
public static class ShardScoring
{
    /// <summary>Works from the checkpoint to the shard's end.</summary>
    /// <param name="work">The shard.</param>
    /// <param name="sink">Where progress is saved.</param>
    /// <param name="ct">Abandons the work: what is not in a saved checkpoint is removed and will be redone.</param>
    /// <returns>Finished with a receipt to commit, or interrupted with everything saved.</returns>
    /// <exception cref="FenceLostException">Another worker owns the shard; this one's files since the last checkpoint are removed.</exception>
    /// <exception cref="RejectBudgetExceededException">Too many rows are bad; the dead letters up to here are saved.</exception>
    /// <exception cref="BadInputException">The input or the model cannot be used.</exception>
    /// <exception cref="StorageFailedException">A file cannot be written.</exception>
    public static async Task<ShardOutcome> RunAsync(ShardWork work, ICheckpointSink sink, CancellationToken ct)
    {
        var setup = SetupOf(work);
        using var buffers = new WorkerBuffers(setup);
        using var loop = new UnitLoop(setup, sink, buffers);
        await using var decode = new DecodeStage(setup, buffers, ct);
        var (final, isComplete) = await loop.RunAsync(decode, ct).ConfigureAwait(false);
        if (!isComplete)
            return new ShardOutcome.Interrupted(final);
        if (final.Counts.Read != work.Shard.Rows)
            throw new InvariantBrokenException("a finished shard has read all its rows", $"shard {work.Shard.Index}: {final.Counts.Read} of {work.Shard.Rows}");
        return new ShardOutcome.Finished(new ShardReceipt(work.Plan.Run, work.Shard.Index, work.Fence, final));
    }

    /// <summary>Everything a worker needs for the shard.</summary>
    internal static ScoringSetup SetupOf(ShardWork work)
    {
        var (plan, job) = (work.Plan, work.Plan.Job);
        var features = CompiledFeatures.Compile(plan.Features, plan.Manifest.Columns, work.Model.WantedStorage);
        var columns = ReadColumns.Of(features, job.KeyColumn, job.CarriedColumns, plan.Manifest);
        var schema = new PredictionSchema(job.KeyColumn, ReadColumns.IndexOf(columns, job.KeyColumn), columns,
            [.. job.CarriedColumns.Select(c => ReadColumns.IndexOf(columns, c))],
            work.Model.Outputs, plan.Model.ToString(), plan.Run.ToString(), plan.Run.ScheduledAt);
        return new ScoringSetup(plan.Manifest, work.Shard.Ranges, plan.UnitRows, job.CheckpointRows, work.Model, features, columns, schema,
            FingerprintSeed.Of(plan.Features, plan.Model.Digest), plan.ProfileEdges, job.Rejects,
            work.WritesRunFiles ? plan.PartitionCount : 0, work.Blobs, (kind, unit) => NameOf(work, kind, unit), work.From, work.Interruption)
        {
            Base = work.Base,
            Ceiling = work.Ceiling,
            BufferSets = WorkerBuffers.SetsFor(plan.Chosen.Workers),
            ProfiledRows = plan.ProfiledRows,
            SparedNanoseconds = (plan.Reuse.ModelNanoseconds.TryGet(out var cost) ? cost : 0) * (plan.Reuse.Grown?.SparedShare ?? 1),
            BaseTrees = plan.Reuse.Grown?.ParentTrees ?? 0,
            BaseSeed = FingerprintSeed.Of(plan.Features, plan.Reuse.Grown?.Parent.Digest ?? plan.Model.Digest),
            KeptSums = plan.KeptSums,
        };
    }

    // Run, shard, first unit and fence: two holders of one shard never write the same name.
    private static string NameOf(ShardWork work, ArtifactKind kind, int firstUnit) => string.Create(CultureInfo.InvariantCulture,
        $"runs/{work.Plan.Run}/{FolderOf(kind)}/shard-{work.Shard.Index:D5}-unit-{firstUnit:D6}-fence-{work.Fence}{ExtensionOf(kind)}");

    private static string FolderOf(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Output => "output",
        ArtifactKind.RunFile => "runfiles",
        _ => "rejects",
    };

    private static string ExtensionOf(ArtifactKind kind) => kind == ArtifactKind.RunFile ? ".run" : ".parquet";
}
