using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Reads TreeEnsemble (ai.onnx.ml 5), whose branches and leaves stand in separate lists.</summary>
internal static class TreeEnsembleReader
{
    private sealed record Columns(IReadOnlyList<long> Roots, IReadOnlyList<long> Features, float[] Splits, double[] Modes, IReadOnlyList<long> True,
        IReadOnlyList<long> False,
        IReadOnlyList<long> TrueIsLeaf, IReadOnlyList<long> FalseIsLeaf, IReadOnlyList<long> Missing, IReadOnlyList<long> LeafTargets, float[] LeafWeights);

    /// <summary>Reads one ensemble; nodes are named by their position, trees by the number of their root.</summary>
    /// <exception cref="BadInputException">It is not valid.</exception>
    /// <exception cref="NotUnderstoodException">It is valid, but uses what is not read here.</exception>
    public static ForestModel Read(OnnxNode node, string place)
    {
        var builder = new ForestBuilder(place);
        var c = ReadColumns(node, place, builder);
        var sets = ReadSets(node);
        var nextSet = 0;
        for (var i = 0; i < c.Features.Count; i++)
        {
            var at = new NodePlace(-1, i);
            if (c.Modes[i] is < 0 or > (int)BranchMode.Member)
                throw builder.Wrong(at, $"mode {c.Modes[i]}", "a mode from 0 to 6");
            if (c.Features[i] is < 0 or > int.MaxValue)
                throw builder.Wrong(at, $"feature {c.Features[i]}", "a feature counted from 0");
            var mode = (BranchMode)(int)c.Modes[i];
            var set = -1;
            if (mode == BranchMode.Member)
                set = nextSet < sets.Count ? builder.AddSet(sets[nextSet++]) : throw builder.Wrong(at, "no set of values", "one set for each node of mode 6");
            var threshold = mode == BranchMode.Member ? 0 : c.Splits[i];
            builder.Add(new ForestNode(mode, (int)c.Features[i], threshold, c.Missing.Count > 0 && c.Missing[i] == 1,
                Child(c, c.True[i], c.TrueIsLeaf[i], at, builder), Child(c, c.False[i], c.FalseIsLeaf[i], at, builder), set), at);
        }
        AddLeaves(c, builder);
        foreach (var root in c.Roots)
            builder.AddRoot(root >= 0 && root < c.Features.Count ? (int)root
                : throw builder.Wrong(new NodePlace(-1, root), "a root that is missing", "a node of the forest"));
        var aggregate = node.Int("aggregate_function", 1);
        var transform = node.Int("post_transform", 0);
        if (aggregate is < 0 or > 3 || transform is < 0 or > 4)
            throw new BadInputException(place, $"aggregate {aggregate}, post transform {transform}", "0 to 3 and 0 to 4", "Export the model again.");
        var targets = node.Int("n_targets", 1);
        return builder.Build((int)Math.Clamp(targets, 0, int.MaxValue), (ForestAggregate)aggregate, Transform(transform), [], null);
    }

    // The operator's specification numbers SOFTMAX 1 and LOGISTIC 2; ONNX Runtime reads them the other way round, and its answer is the one that counts here.
    private static PostTransform Transform(long number) => (PostTransform)number switch
    {
        PostTransform.Softmax => PostTransform.Logistic,
        PostTransform.Logistic => PostTransform.Softmax,
        var other => other,
    };

    private static Columns ReadColumns(OnnxNode node, string place, ForestBuilder builder)
    {
        var c = new Columns(node.Ints("tree_roots"), node.Ints("nodes_featureids"), Tensor(node, "nodes_splits", builder)?.ToFloats()
            ?? [], node.Attribute("nodes_modes")?.Tensor?.ToNumbers() ?? [],
            node.Ints("nodes_truenodeids"), node.Ints("nodes_falsenodeids"), node.Ints("nodes_trueleafs"), node.Ints("nodes_falseleafs"),
                node.Ints("nodes_missing_value_tracks_true"),
            node.Ints("leaf_targetids"), Tensor(node, "leaf_weights", builder)?.ToFloats() ?? []);
        int[] lengths = [c.Splits.Length, c.Modes.Length, c.True.Count, c.False.Count, c.TrueIsLeaf.Count, c.FalseIsLeaf.Count, c.Missing.Count == 0
            ? c.Features.Count : c.Missing.Count];
        if (lengths.Any(l => l != c.Features.Count) || c.LeafTargets.Count != c.LeafWeights.Length)
        {
            throw new BadInputException(place,
                $"node lists of {c.Features.Count}, {string.Join(", ", lengths)} entries and leaf lists of {c.LeafTargets.Count}, {c.LeafWeights.Length}",
                "one entry per node or leaf in each", "Export the model again.");
        }
        return c;
    }

    private static OnnxTensor? Tensor(OnnxNode node, string name, ForestBuilder builder)
    {
        if (node.Attribute(name)?.Tensor is not { } tensor)
            return null;
        ForestReader.RequireFloats(tensor, name, builder);
        return tensor;
    }

    // Sets stand in one list, each closed by NaN.
    private static List<float[]> ReadSets(OnnxNode node)
    {
        var sets = new List<float[]>();
        var open = new List<float>();
        foreach (var value in node.Attribute("membership_values")?.Tensor?.ToFloats() ?? [])
        {
            if (!float.IsNaN(value))
            {
                open.Add(value);
                continue;
            }
            sets.Add([.. open.Distinct().Order()]);
            open.Clear();
        }
        if (open.Count > 0)
            sets.Add([.. open.Distinct().Order()]);
        return sets;
    }

    private static int Child(Columns c, long child, long isLeaf, NodePlace at, ForestBuilder builder)
    {
        var count = isLeaf != 0 ? c.LeafTargets.Count : c.Features.Count;
        if (child < 0 || child >= count)
            throw builder.Wrong(at, $"a branch to {(isLeaf != 0 ? "leaf" : "node")} {child}, which is missing", $"0 to {count - 1}");
        return (int)child + (isLeaf != 0 ? c.Features.Count : 0);
    }

    private static void AddLeaves(Columns c, ForestBuilder builder)
    {
        for (var i = 0; i < c.LeafTargets.Count; i++)
        {
            var at = new NodePlace(-1, i);
            var leaf = builder.AddLeaf();
            builder.Add(ForestNode.Leaf(leaf), at);
            builder.AddWeight(leaf, c.LeafTargets[i], c.LeafWeights[i], at);
        }
    }
}
