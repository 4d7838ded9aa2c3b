using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Scorer.Sharding;

/// <summary>One worker's pass over a shard of a run: read, features, model, profile, write, in bounded buffers, resumable at every checkpoint. Thread-safe;
/// each call is one worker.</summary>
public static class ShardPass
{
    /// <summary>Works from the checkpoint to the shard's end.</summary>
    /// <param name="work">The shard.</param>
    /// <param name="progress">Where checkpoints go, and who may ask to stop.</param>
    /// <param name="ct">Abandons the work: what is not in a saved checkpoint is removed and will be redone.</param>
    /// <returns>Finished with a receipt to commit, or stopped with everything saved.</returns>
    /// <exception cref="FenceLostException">Another worker owns the shard; this one's files since the last checkpoint are removed.</exception>
    /// <exception cref="RejectBudgetExceededException">Too many rows are bad; the dead letters up to here are saved.</exception>
    /// <exception cref="BadInputException">The input or the model cannot be used.</exception>
    /// <exception cref="StorageFailedException">A file cannot be written.</exception>
    public static async Task<ShardEnding> RunAsync(ShardWork work, IShardProgress progress, CancellationToken ct)
    {
        var setup = SetupOf(work);
        using var buffers = new WorkerBuffers(setup);
        using var loop = new UnitLoop(setup, progress, buffers);
        await using var decode = new DecodeStage(setup, buffers, ct);
        var (final, isComplete) = await loop.RunAsync(decode, ct).ConfigureAwait(false);
        if (!isComplete)
            return new ShardEnding.Stopped(final);
        if (final.Counts.Read != work.Shard.Rows)
            throw new InvariantBrokenException("a finished shard has read all its rows", $"shard {work.Shard.Index}: {final.Counts.Read} of {work.Shard.Rows}");
        return new ShardEnding.Finished(new ShardReceipt(work.Plan.Run, work.Shard.Index, work.Fence, final));
    }

    /// <summary>Everything a worker needs for the shard.</summary>
    internal static ScoringSetup SetupOf(ShardWork work)
    {
        var (plan, job) = (work.Plan, work.Plan.Job);
        var features = CompiledFeatures.Compile(plan.Features, plan.Manifest.Columns, work.Model.WantedStorage);
        var columns = ReadColumns.Of(features, job.KeyColumn, job.CarriedColumns, plan.Manifest);
        var schema = new PredictionSchema(job.KeyColumn, ReadColumns.KeyIndex(columns, job.KeyColumn), columns,
            ReadColumns.CarriedIndexes(columns, job.CarriedColumns),
            work.Model.Outputs, plan.Model.ToString(), plan.Run.ToString(), plan.Run.ScheduledAt);
        var output = new ScoringOutput(schema, work.Blobs, (kind, unit) => NameOf(work, kind, unit), job.CheckpointRows)
        {
            PartitionCount = plan.PartitionCount,
            KeptSums = plan.KeptSums,
        };
        return new ScoringSetup(new ScoringInput(plan.Manifest, work.Shard.Ranges, columns, plan.UnitRows) { Files = work.Files },
            ScoringModel.Of(work.Model, features, plan.Features, plan.Model), output, job.Rejects, work.From)
        {
            Profiles = plan.ProfileEdges.Count > 0 ? new ScoringProfiles(plan.ProfileEdges, plan.ProfiledRows) : null,
            // A prediction that depends on the rows beside it is nobody's to take over.
            Base = work.Base is null || work.Model.Coupling is not null ? null : BaseOf(plan, work.Base),
            UnitsHeld = UnitSizing.UnitsHeld(plan.Chosen.Workers),
            Ceiling = work.Ceiling,
        };
    }

    private static ScoringBase BaseOf(RunPlan plan, SnapshotReader snapshot) => new(snapshot,
        (plan.Reuse.ModelNanoseconds.TryGet(out var cost) ? cost : 0) * (plan.Reuse.Grown?.SparedShare ?? 1), plan.Reuse.Grown?.ParentTrees ?? 0,
        FingerprintSeed.Of(plan.Features, plan.Reuse.Grown?.Parent.Digest ?? plan.Model.Digest));

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
