using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Reads TreeEnsembleRegressor and TreeEnsembleClassifier (ai.onnx.ml 1 to 3) and hands TreeEnsemble (5) on.</summary>
internal static class ForestReader
{
    private static readonly string[] s_modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"];

    /// <summary>Whether the node is a tree ensemble of any version.</summary>
    public static bool IsForest(OnnxNode node) =>
        node.IsLearner("TreeEnsembleRegressor") || node.IsLearner("TreeEnsembleClassifier") || node.IsLearner("TreeEnsemble");

    /// <summary>Reads one ensemble.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="place">The model, for errors.</param>
    /// <exception cref="BadInputException">It is not a valid ensemble; tree and node are named.</exception>
    /// <exception cref="NotUnderstoodException">It is valid, but uses what is not read here.</exception>
    public static ForestModel Read(OnnxNode node, string place)
    {
        if (node.IsLearner("TreeEnsemble"))
            return TreeEnsembleReader.Read(node, place);
        var isClassifier = node.IsLearner("TreeEnsembleClassifier");
        var prefix = isClassifier ? "class" : "target";
        var builder = new ForestBuilder(place);
        foreach (var name in new[] { "nodes_values_as_tensor", "nodes_hitrates_as_tensor", $"{prefix}_weights_as_tensor", "base_values_as_tensor" })
        {
            if (node.Attribute(name)?.Tensor is { } tensor)
                RequireFloats(tensor, name, builder);
        }
        var columns = ReadColumns(node, place);
        var index = new NodeIndex(columns.Trees, columns.Ids, builder);
        var leaves = Connect(columns, builder, index);
        AddWeights(node, columns, builder, index, leaves, prefix, place);
        var classes = isClassifier ? ClassLabels.Of(node) : null;
        var targets = classes is null ? (int)Math.Clamp(node.Int("n_targets", 1), 0, int.MaxValue) : classes.Names.Count;
        return builder.Build(targets, Aggregate(node, isClassifier, place), Transform(node, place), FloatsOf(node, "base_values").ToArray(), classes);
    }

    /// <summary>Notes a constant of a forest that is not of 32-bit floats.</summary>
    internal static void RequireFloats(OnnxTensor tensor, string name, ForestBuilder builder)
    {
        if (tensor.IsExternal)
            throw new NotUnderstoodException($"{name} lies in another file");
        if (tensor.Element != OnnxElement.Float32)
            builder.Refuse($"{name} is of {tensor.Element}, which only inputs of 64-bit floats are compared with");
    }

    private readonly ref struct Columns
    {
        public required ReadOnlySpan<long> Trees { get; init; }
        public required ReadOnlySpan<long> Ids { get; init; }
        public required ReadOnlySpan<long> Features { get; init; }
        public required ReadOnlySpan<float> Values { get; init; }
        public required ReadOnlySpan<string> Modes { get; init; }
        public required ReadOnlySpan<long> True { get; init; }
        public required ReadOnlySpan<long> False { get; init; }
        public required ReadOnlySpan<long> Missing { get; init; }
    }

    private static Columns ReadColumns(OnnxNode node, string place)
    {
        var c = new Columns
        {
            Trees = IntsOf(node, "nodes_treeids"),
            Ids = IntsOf(node, "nodes_nodeids"),
            Features = IntsOf(node, "nodes_featureids"),
            Values = FloatsOf(node, "nodes_values"),
            Modes = node.Attribute("nodes_modes") is { } modes ? CollectionsMarshal.AsSpan(modes.Texts) : [],
            True = IntsOf(node, "nodes_truenodeids"),
            False = IntsOf(node, "nodes_falsenodeids"),
            Missing = IntsOf(node, "nodes_missing_value_tracks_true"),
        };
        int[] lengths = [c.Ids.Length, c.Features.Length, c.Values.Length, c.Modes.Length, c.True.Length, c.False.Length, c.Missing.Length == 0
            ? c.Trees.Length : c.Missing.Length];
        return lengths.AsSpan().ContainsAnyExcept(c.Trees.Length)
            ? throw new BadInputException(place, $"node lists of {c.Trees.Length}, {string.Join(", ", lengths)} entries", "one entry per node in each",
                "Export the model again.")
            : c;
    }

    // Adds all nodes in the file's order; gives the leaf number by node, -1 for branches.
    private static int[] Connect(in Columns c, ForestBuilder builder, NodeIndex index)
    {
        var leaves = new int[c.Trees.Length];
        builder.EnsureRoomFor(leaves.Length);
        var (modeText, mode) = ("", -1);
        for (var i = 0; i < leaves.Length; i++)
        {
            var at = new NodePlace(c.Trees[i], c.Ids[i]);
            if (!ReferenceEquals(c.Modes[i], modeText))
                (modeText, mode) = (c.Modes[i], Array.IndexOf(s_modes, c.Modes[i]));
            if (mode is < 0 or (int)BranchMode.Member)
                throw builder.Wrong(at, $"mode '{c.Modes[i]}'", "LEAF or a BRANCH mode of this operator");
            leaves[i] = mode == (int)BranchMode.Leaf ? builder.AddLeaf() : -1;
            builder.Add(leaves[i] >= 0
                ? ForestNode.Leaf(leaves[i])
                : new ForestNode((BranchMode)mode, FeatureOf(c.Features[i], at, builder), c.Values[i], c.Missing.Length > 0 && c.Missing[i] == 1,
                    Child(index, at, c.True[i], builder), Child(index, at, c.False[i], builder), -1), at);
            if (i == 0 || c.Trees[i - 1] != at.Tree)
                builder.AddRoot(i);
        }
        return leaves;
    }

    private static int FeatureOf(long feature, NodePlace at, ForestBuilder builder) =>
        feature is >= 0 and <= int.MaxValue ? (int)feature : throw builder.Wrong(at, $"feature {feature}", "a feature counted from 0");

    private static int Child(NodeIndex index, NodePlace at, long child, ForestBuilder builder) =>
        index.Find(at with { Node = child }) is >= 0 and var found ? found
            : throw builder.Wrong(at, $"a branch to node {child}, which is missing", "a node of the same tree");

    private static void AddWeights(OnnxNode node, in Columns columns, ForestBuilder builder, NodeIndex index, int[] leaves, string prefix, string place)
    {
        var trees = IntsOf(node, $"{prefix}_treeids");
        var nodes = IntsOf(node, $"{prefix}_nodeids");
        var targets = IntsOf(node, $"{prefix}_ids");
        var weights = FloatsOf(node, $"{prefix}_weights");
        if (nodes.Length != trees.Length || targets.Length != trees.Length || weights.Length != trees.Length)
            throw new BadInputException(place, $"weight lists of {trees.Length}, {nodes.Length}, {targets.Length}, {weights.Length} entries",
                "one entry per weight in each", "Export the model again.");
        var weighted = new bool[leaves.Length];
        for (var i = 0; i < trees.Length; i++)
        {
            var at = new NodePlace(trees[i], nodes[i]);
            var found = index.Find(at);
            if (found < 0)
                throw builder.Wrong(at, "a weight for a node that is missing", "a node of the forest");
            // Old exporters put weights on branches as well; ONNX Runtime passes over them.
            if (leaves[found] < 0)
                continue;
            weighted[found] = true;
            builder.AddWeight(leaves[found], targets[i], weights[i], at);
        }
        for (var i = 0; i < leaves.Length; i++)
        {
            if (leaves[i] >= 0 && !weighted[i])
                throw builder.Wrong(new NodePlace(columns.Trees[i], columns.Ids[i]), "a leaf without a weight", "a weight on every leaf");
        }
    }

    private static ForestAggregate Aggregate(OnnxNode node, bool isClassifier, string place) =>
        isClassifier ? ForestAggregate.Sum : node.Text("aggregate_function", "SUM") switch
        {
            "SUM" => ForestAggregate.Sum,
            "AVERAGE" => ForestAggregate.Average,
            "MIN" => ForestAggregate.Min,
            "MAX" => ForestAggregate.Max,
            var other => throw new BadInputException(place, $"aggregate '{other}'", "SUM, AVERAGE, MIN or MAX", "Export the model again."),
        };

    private static PostTransform Transform(OnnxNode node, string place) => node.Text("post_transform", "NONE") switch
    {
        "NONE" => PostTransform.None,
        "LOGISTIC" => PostTransform.Logistic,
        "SOFTMAX" => PostTransform.Softmax,
        "SOFTMAX_ZERO" => PostTransform.SoftmaxZero,
        "PROBIT" => PostTransform.Probit,
        var other => throw new BadInputException(place, $"post transform '{other}'", "NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT",
            "Export the model again."),
    };

    private static ReadOnlySpan<long> IntsOf(OnnxNode node, string name) =>
        node.Attribute(name) is { } attribute ? CollectionsMarshal.AsSpan(attribute.Ints) : [];

    private static ReadOnlySpan<float> FloatsOf(OnnxNode node, string name) =>
        node.Attribute($"{name}_as_tensor")?.Tensor is { } tensor ? tensor.ToFloats() : node.Attribute(name) is { } attribute
            ? CollectionsMarshal.AsSpan(attribute.Floats) : [];
}
