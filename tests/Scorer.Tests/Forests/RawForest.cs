using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>The attribute lists of a TreeEnsembleRegressor as the file holds them, so that a test can break any of them.</summary>
internal sealed class RawForest
{
    private static readonly string[] s_modeNames =
        ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF", "BRANCH", ""];

    public List<long> Trees { get; private init; } = [];
    public List<long> Ids { get; private init; } = [];
    public List<long> Features { get; private init; } = [];
    public List<float> Values { get; private init; } = [];
    public List<string> Modes { get; private init; } = [];
    public List<long> True { get; private init; } = [];
    public List<long> False { get; private init; } = [];
    public List<long> Missing { get; private init; } = [];
    public List<long> WeightTrees { get; private init; } = [];
    public List<long> WeightNodes { get; private init; } = [];
    public List<long> WeightTargets { get; private init; } = [];
    public List<float> Weights { get; private init; } = [];
    public long Targets { get; set; } = 1;
    public string Aggregate { get; set; } = "SUM";
    public string Transform { get; set; } = "NONE";

    /// <summary>Tree 5: node 0 asks feature 0 for at most 0.5, then leaf 1 (weight 1), else node 2, which asks feature 1 for at most 2: leaf 3 (weight 3),
    /// else leaf 4 (weight 4).</summary>
    public static RawForest Small() => new()
    {
        Trees = [5, 5, 5, 5, 5],
        Ids = [0, 1, 2, 3, 4],
        Features = [0, 0, 1, 0, 0],
        Values = [0.5f, 0, 2, 0, 0],
        Modes = ["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
        True = [1, 0, 3, 0, 0],
        False = [2, 0, 4, 0, 0],
        Missing = [0, 0, 1, 0, 0],
        WeightTrees = [5, 5, 5],
        WeightNodes = [1, 3, 4],
        WeightTargets = [0, 0, 0],
        Weights = [1, 3, 4],
    };

    public static RawForest Of(ForestModel model)
    {
        var order = Enumerable.Range(0, model.Nodes.Length).GroupBy(i => model.Places[i].Tree).OrderBy(g => g.Key).SelectMany(g => g.Reverse()).ToList();
        var raw = new RawForest { Targets = model.TargetCount };
        foreach (var i in order)
        {
            var node = model.Nodes[i];
            raw.Trees.Add(model.Places[i].Tree);
            raw.Ids.Add(model.Places[i].Node);
            raw.Features.Add(node.Feature);
            raw.Values.Add(node.Threshold);
            raw.Modes.Add(s_modeNames[(int)node.Mode]);
            raw.True.Add(node.IsLeaf ? 0 : model.Places[node.True].Node);
            raw.False.Add(node.IsLeaf ? 0 : model.Places[node.False].Node);
            raw.Missing.Add(node.MissingIsTrue ? 1 : 0);
            for (var w = node.IsLeaf ? model.LeafFrom[node.True] : 0; node.IsLeaf && w < model.LeafFrom[node.True + 1]; w++)
            {
                raw.WeightTrees.Add(model.Places[i].Tree);
                raw.WeightNodes.Add(model.Places[i].Node);
                raw.WeightTargets.Add(model.LeafTargets[w]);
                raw.Weights.Add(model.LeafWeights[w]);
            }
        }
        return raw;
    }

    /// <summary>Breaks, or hardly changes, one entry of one list.</summary>
    public void Mutate(Random random)
    {
        List<long>[] integers = [Trees, Ids, Features, True, False, Missing, WeightTrees, WeightNodes, WeightTargets];
        switch (random.Next(12))
        {
            case 0:
                Set(Values, random, Number(random));
                break;
            case 1:
                Set(Weights, random, Number(random));
                break;
            case 2:
                Set(Modes, random, s_modeNames[random.Next(s_modeNames.Length)]);
                break;
            case 3:
                var list = integers[random.Next(integers.Length)];
                list.RemoveAt(random.Next(list.Count));
                break;
            case 4:
                Targets = random.Next(4) switch { 0 => 0, 1 => -1, 2 => long.MaxValue, _ => Targets + 1 };
                break;
            default:
                var changed = integers[random.Next(integers.Length)];
                Set(changed, random, random.Next(8) switch
                {
                    0 => -1,
                    1 =>
                    long.MaxValue,
                    2 => int.MaxValue,
                    3 => long.MinValue,
                    4 => 1L << 32,
                    _ => changed[random.Next(changed.Count)] + random.Next(-1, 2)
                });
                break;
        }
    }

    public byte[] ToModel(int features) =>
        new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, features).Node("TreeEnsembleRegressor", "ai.onnx.ml", ["x"], ["y"],
            OnnxModelWriter.Ints("nodes_treeids", Trees), OnnxModelWriter.Ints("nodes_nodeids", Ids), OnnxModelWriter.Ints("nodes_featureids", Features),
                OnnxModelWriter.Floats("nodes_values", Values),
            OnnxModelWriter.Texts("nodes_modes", Modes), OnnxModelWriter.Ints("nodes_truenodeids", True), OnnxModelWriter.Ints("nodes_falsenodeids", False),
            OnnxModelWriter.Ints("nodes_missing_value_tracks_true", Missing), OnnxModelWriter.Ints("target_treeids", WeightTrees),
                OnnxModelWriter.Ints("target_nodeids", WeightNodes),
            OnnxModelWriter.Ints("target_ids", WeightTargets), OnnxModelWriter.Floats("target_weights", Weights), OnnxModelWriter.OneInt("n_targets", Targets),
            OnnxModelWriter.OneText("aggregate_function", Aggregate), OnnxModelWriter.OneText("post_transform", Transform))
        .Output("y", OnnxModelWriter.Float, -1, Math.Clamp(Targets, 1, 100)).ToArray();

    private static float Number(Random random) =>
        random.Next(5) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, 3 => float.Epsilon, _ => (float)random.NextDouble() };

    private static void Set<T>(List<T> list, Random random, T value) => list[random.Next(list.Count)] = value;
}
