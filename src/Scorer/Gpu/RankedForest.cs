using BatchEngine.Scorer.Forests.Model;


namespace BatchEngine.Scorer.Gpu;

/// <summary>
/// A forest whose nodes ask for a value's rank among its feature's thresholds, in flat arrays as a device keeps them.
/// </summary>
/// <remarks>
/// A missing value has rank 0, any other 1 plus the number of thresholds at or below it, so "x >= t" is one comparison of whole numbers.
/// A node is 8 bytes: feature (15 bits), whether missing answers yes (1), the smallest rank that answers yes (16), and where its two children stand (32; no
/// first, yes behind it).
/// A leaf has <see cref="LeafFeature"/> for a feature and its weight, or its number, in the lower half.
/// </remarks>
internal sealed record RankedForest
{
    /// <summary>Stands for "no question" in a node; so features are counted below it.</summary>
    public const int LeafFeature = 0x7FFF;

    /// <summary>Thresholds of one feature that 8-bit ranks can tell apart.</summary>
    public const int MaxByteThresholds = 254;

    /// <summary>Thresholds of one feature that 16-bit ranks can tell apart.</summary>
    public const int MaxThresholds = 65_533;

    /// <summary>The columns that are uploaded, each as a feature of the forest that reads it.</summary>
    public required int[] Sources { get; init; }

    /// <summary>Which uploaded column each feature starts from.</summary>
    public required int[] FeatureSource { get; init; }

    /// <summary>Where each feature's arithmetic begins in <see cref="Steps"/>; one more entry than features.</summary>
    public required int[] StepFrom { get; init; }

    /// <summary>The arithmetic that the graph does before the forest.</summary>
    public required DeviceStep[] Steps { get; init; }

    /// <summary>Where each feature's thresholds begin in <see cref="Thresholds"/>; one more entry than features.</summary>
    public required int[] ThresholdFrom { get; init; }

    /// <summary>The thresholds, ascending within a feature.</summary>
    public required float[] Thresholds { get; init; }

    /// <summary>The nodes, tree after tree.</summary>
    public required ulong[] Nodes { get; init; }

    /// <summary>Where each tree begins in <see cref="Nodes"/>; one more entry than trees.</summary>
    public required int[] TreeFrom { get; init; }

    /// <summary>The only target of a tree's leaves, whose weights then are in the nodes; -1 for trees whose leaves name targets by themselves.</summary>
    public required int[] TreeTarget { get; init; }

    /// <summary>The first tree of each stage; one more entry than stages. The nodes of a stage fit into shared memory, or it is one large tree.</summary>
    public required int[] StageFrom { get; init; }

    /// <summary>The forest that was laid out.</summary>
    public required ForestModel Model { get; init; }

    /// <summary>Features that some node asks for.</summary>
    public int FeatureCount => FeatureSource.Length;

    /// <summary>The number of trees.</summary>
    public int TreeCount => TreeTarget.Length;

    /// <summary>Stages.</summary>
    public int StageCount => StageFrom.Length - 1;

    /// <summary>Whether ranks need 16 bits.</summary>
    public bool HasWideRanks => Enumerable.Range(0, FeatureCount).Any(i => ThresholdFrom[i + 1] - ThresholdFrom[i] > MaxByteThresholds);
}
