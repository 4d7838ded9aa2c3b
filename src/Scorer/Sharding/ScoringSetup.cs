using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Everything one worker needs to score some row groups, whoever asked: a shard of a run or a part of a one-shot scoring. Immutable.</summary>
/// <param name="Manifest">The frozen input.</param>
/// <param name="Ranges">The row groups to score.</param>
/// <param name="UnitRows">At most so many rows in a unit.</param>
/// <param name="CheckpointRows">A checkpoint after at least so many rows.</param>
/// <param name="Model">The model, opened for the features.</param>
/// <param name="Features">Compiled for the manifest's columns.</param>
/// <param name="Columns">The columns that are read, features' sources first.</param>
/// <param name="Schema">What the prediction files hold.</param>
/// <param name="FingerprintSeed">What a prediction depends on beside the features: the spec's and the model's digests.</param>
/// <param name="Edges">Bins of the profiles; empty collects none.</param>
/// <param name="Rejects">How many rows may be rejected.</param>
/// <param name="PartitionCount">Key partitions of run files; 0 writes no run files.</param>
/// <param name="Blobs">Where files are committed.</param>
/// <param name="NameOf">The blob name of a kind of file that begins at a unit.</param>
/// <param name="From">What is already durable.</param>
/// <param name="Interruption">Told when the machine will go away.</param>
internal sealed record ScoringSetup(
    InputManifest Manifest,
    IReadOnlyList<RowGroupRange> Ranges,
    int UnitRows,
    int CheckpointRows,
    LoadedModel Model,
    CompiledFeatures Features,
    IReadOnlyList<InputColumn> Columns,
    PredictionSchema Schema,
    ulong FingerprintSeed,
    IReadOnlyDictionary<string, BinEdges> Edges,
    RejectBudget Rejects,
    int PartitionCount,
    IBlobStore Blobs,
    Func<ArtifactKind, int, string> NameOf,
    Checkpoint From,
    CancellationToken Interruption)
{
    /// <summary>How prediction files are compressed.</summary>
    public TableCompression Compression { get; init; } = TableCompression.Snappy;

    /// <summary>The rows by which profiles are sampled; default the manifest's.</summary>
    public long ProfiledRows { get; init; } = Manifest.Rows;

    /// <summary>The snapshot whose unchanged predictions are copied; null scores every row. Held open by the caller.</summary>
    public SnapshotReader? Base { get; init; }

    /// <summary>What a row is spared by the base, in nanoseconds, for weighing scoring against copying: the model's cost, or that of its first trees. Default
    /// 0: nothing is worth a copy.</summary>
    public double SparedNanoseconds { get; init; }

    /// <summary>Trees of the model that are in the base's sums; 0 means that the base has the same model, and its predictions are copied.</summary>
    public int BaseTrees { get; init; }

    /// <summary>The fingerprint seed of the base; default this run's own.</summary>
    public ulong BaseSeed { get; init; } = FingerprintSeed;

    /// <summary>Sums of a forest that run files keep behind the outputs; default none.</summary>
    public int KeptSums { get; init; }

    /// <summary>Units that a worker holds: two decode one while another is scored; one keeps a unit in the cache of the core that decoded it. Default
    /// <see cref="WorkerBuffers.MaxBufferSets"/>.</summary>
    public int BufferSets { get; init; } = WorkerBuffers.MaxBufferSets;

    /// <summary>Looked at before each unit; null means that there is none.</summary>
    public MemoryCeiling? Ceiling { get; init; }

    /// <summary>The most bytes of text of one column in a unit: under a ceiling they are counted in advance.</summary>
    public int MaxTextBytes => Ceiling is null ? TextBuffer.MaxBytes
        : (int)Math.Clamp((long)MaxRows * ScoringMemory.TextBytesPerValue, PredictionKey.MaxUtf8Bytes, TextBuffer.MaxBytes);

    /// <summary>The units of the ranges, in order.</summary>
    public IEnumerable<UnitSlice> Units => UnitPlan.Of(Manifest, Ranges, UnitRows);

    /// <summary>Rows of the largest unit, at least 1.</summary>
    public int MaxRows => (int)Math.Clamp(Ranges.SelectMany(r => Manifest.Files[r.FileIndex].RowGroups.Take(r.FromRowGroup..r.ToRowGroupExclusive))
        .Select(g => g.Rows).DefaultIfEmpty(1).Max(), 1, UnitRows);
}
