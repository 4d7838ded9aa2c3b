using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests;

/// <summary>Several forests over the same features as one: each feature is ranked once among the thresholds of all of them, and each distinct question is
/// answered once. Thread-safe.</summary>
/// <remarks>
/// Measured on Zen 4, 500 trees of depth 6 beside 400 of the same training: 0.80 to 0.84 of the two apart. Beside a forest with other thresholds, whose union
/// no longer fits a byte: 0.98.
/// </remarks>
internal sealed class JointForest
{
    private readonly ForestLayout _trees;

    private JointForest(IReadOnlyList<LoadedForest> forests, ForestLayout trees, (int Forest, int Column)[] inputs) =>
        (Forests, _trees, Inputs) = (forests, trees, inputs);

    /// <summary>The forests, in the order of their sums.</summary>
    public IReadOnlyList<LoadedForest> Forests { get; }

    /// <summary>For each feature of the joint forest: the forest whose column it is.</summary>
    public (int Forest, int Column)[] Inputs { get; }

    /// <summary>Sums that the forests need together.</summary>
    public int TargetCount => _trees.Model.TargetCount;

    /// <summary>Fewer rows are walked.</summary>
    public int BlockFromRows => _trees.BlockFromRows;

    /// <summary>Whether a forest can be joined to others: sums of trees that are decided in bits to their ends, on the processor.</summary>
    public static bool CanTake(LoadedModel model) => model is LoadedForest { CanJoin: true };

    /// <summary>Joins forests that <see cref="CanTake"/> says yes to; null when the sum of them is too much.</summary>
    public static JointForest? Of(IReadOnlyList<LoadedForest> forests)
    {
        var inputs = new List<(int Forest, int Column)>();
        var known = new Dictionary<(int Forest, int Column), int>();
        var models = new List<ForestModel>();
        for (var i = 0; i < forests.Count; i++)
        {
            var graph = forests[i].Graph;
            // A raw feature is the same column for all; what a graph computes is its own.
            var place = Array.ConvertAll(graph.Forest.Inputs, column =>
            {
                var key = (column < graph.FeatureCount ? -1 : i, column);
                if (!known.TryGetValue(key, out var at))
                {
                    known[key] = at = inputs.Count;
                    inputs.Add((i, column));
                }
                return at;
            });
            models.Add(graph.Forest.Model.WithFeatures(place));
        }
        var trees = ForestLayout.Of(ForestModel.Join(models));
        return trees.Plan is { Tails: null } ? new JointForest(forests, trees, [.. inputs]) : null;
    }

    /// <summary>The kernel for few rows.</summary>
    public ForestKernel CreateWalk() => _trees.CreateWalk();

    /// <summary>The kernel for many rows.</summary>
    public ForestKernel CreateBlock() => _trees.CreateBlock();
}
