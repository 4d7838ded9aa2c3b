using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Scorer.Sharding;

/// <summary>One shard to score.</summary>
/// <param name="Plan">The run's plan: features, manifest, unit size, partitions, profile edges.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Fence">The fence under which its blobs are named.</param>
/// <param name="From">What is already durable; <see cref="Checkpoint.Start"/> for a fresh shard.</param>
/// <param name="Model">The model, opened for the plan's features; stays the caller's.</param>
/// <param name="Blobs">Where run files, Parquet output and dead letters are committed.</param>
public sealed record ShardWork(RunPlan Plan, Shard Shard, FenceToken Fence, Checkpoint From, LoadedModel Model, IBlobStore Blobs)
{
    /// <summary>The snapshot of the plan's base, held open by the caller: rows that it knows with the same features are copied, not scored. Default null:
    /// every row is scored.</summary>
    public SnapshotReader? Base { get; init; }

    /// <summary>Where the input files are. Default: on this machine.</summary>
    public InputFiles Files { get; init; } = InputFiles.OfThisMachine;

    /// <summary>The memory ceiling of this process, looked at before each unit; default null: none.</summary>
    public MemoryCeiling? Ceiling { get; init; }
}
