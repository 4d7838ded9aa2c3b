using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>Writes forests as ONNX operators, the old ones with flat node lists and the new one with separate leaves.</summary>
internal static class ForestOnnx
{
    private static readonly string[] s_modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "", "LEAF"];
    private static readonly string[] s_transforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

    public static byte[] Regressor(ForestModel model, int features, ForestAggregate aggregate, PostTransform transform, float[] bases)
    {
        OnnxBytes[] attributes =
        [
            .. Nodes(model), .. Weights(model, "target"), OnnxModelWriter.OneInt("n_targets", model.TargetCount),
                OnnxModelWriter.OneText("aggregate_function", aggregate.ToString().ToUpperInvariant()),
            OnnxModelWriter.OneText("post_transform", s_transforms[(int)transform]), .. bases.Length > 0
                ? (OnnxBytes[])[OnnxModelWriter.Floats("base_values", bases)] : [],
        ];
        return new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, features).Node("TreeEnsembleRegressor", "ai.onnx.ml", ["x"], ["y"], attributes)
            .Output("y", OnnxModelWriter.Float, -1, model.TargetCount).ToArray();
    }

    public static byte[] Classifier(ForestModel model, int features, PostTransform transform, float[] bases, int classes, bool textLabels)
    {
        var labels = textLabels ? OnnxModelWriter.Texts("classlabels_strings", Enumerable.Range(0, classes).Select(i => $"c{i}"))
            : OnnxModelWriter.Ints("classlabels_int64s", Enumerable.Range(0, classes).Select(i => 10L + i));
        OnnxBytes[] attributes =
        [
            .. Nodes(model), .. Weights(model, "class"), labels, OnnxModelWriter.OneText("post_transform", s_transforms[(int)transform]),
            .. bases.Length > 0 ? (OnnxBytes[])[OnnxModelWriter.Floats("base_values", bases)] : [],
        ];
        return new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, features)
            .Node("TreeEnsembleClassifier", "ai.onnx.ml", ["x"], ["label", "y"], attributes)
            .Output("label", textLabels ? OnnxModelWriter.String : OnnxModelWriter.Int64, -1).Output("y", OnnxModelWriter.Float, -1, classes).ToArray();
    }

    /// <summary>The operator of version 5; every tree must begin with a branch and every leaf have one weight.</summary>
    public static byte[] Ensemble(ForestModel model, int features, ForestAggregate aggregate, PostTransform transform)
    {
        var branches = Enumerable.Range(0, model.Nodes.Length).Where(i => !model.Nodes[i].IsLeaf).ToList();
        var leaves = Enumerable.Range(0, model.Nodes.Length).Where(i => model.Nodes[i].IsLeaf).ToList();
        var place = branches.Select((n, i) => (n, i)).Concat(leaves.Select((n, i) => (n, i))).ToDictionary(p => p.n, p => (long)p.i);
        List<float> members = [];
        foreach (var branch in branches.Where(b => model.Nodes[b].Set >= 0))
            members.AddRange([.. model.Sets[model.Nodes[branch].Set], float.NaN]);
        OnnxBytes[] attributes =
        [
            OnnxModelWriter.Ints("tree_roots", model.Roots.Select(r => place[r])),
            OnnxModelWriter.Ints("nodes_featureids", branches.Select(b => (long)model.Nodes[b].Feature)),
            OnnxModelWriter.OneTensor("nodes_splits", OnnxModelWriter.Tensor("s", [.. branches.Select(b => model.Nodes[b].Threshold)], [branches.Count])),
            OnnxModelWriter.OneTensor("nodes_modes", OnnxModelWriter.ByteTensor("m", [.. branches.Select(b => (byte)model.Nodes[b].Mode)])),
            OnnxModelWriter.Ints("nodes_truenodeids", branches.Select(b => place[model.Nodes[b].True])),
            OnnxModelWriter.Ints("nodes_falsenodeids", branches.Select(b => place[model.Nodes[b].False])),
            OnnxModelWriter.Ints("nodes_trueleafs", branches.Select(b => model.Nodes[model.Nodes[b].True].IsLeaf ? 1L : 0)),
            OnnxModelWriter.Ints("nodes_falseleafs", branches.Select(b => model.Nodes[model.Nodes[b].False].IsLeaf ? 1L : 0)),
            OnnxModelWriter.Ints("nodes_missing_value_tracks_true", branches.Select(b => model.Nodes[b].MissingIsTrue ? 1L : 0)),
            OnnxModelWriter.Ints("leaf_targetids", leaves.Select(l => (long)model.LeafTargets[model.LeafFrom[model.Nodes[l].True]])),
            OnnxModelWriter.OneTensor("leaf_weights",
                OnnxModelWriter.Tensor("w", [.. leaves.Select(l => model.LeafWeights[model.LeafFrom[model.Nodes[l].True]])], [leaves.Count])),
            .. members.Count > 0 ? (OnnxBytes[])[OnnxModelWriter.OneTensor("membership_values", OnnxModelWriter.Tensor("v", [.. members], [members.Count]))]
                : [],
            OnnxModelWriter.OneInt("n_targets", model.TargetCount), OnnxModelWriter.OneInt("aggregate_function", (int)aggregate),
                OnnxModelWriter.OneInt("post_transform", (int)transform),
        ];
        return new OnnxModelWriter(5, 21).Input("x", OnnxModelWriter.Float, -1, features).Node("TreeEnsemble", "ai.onnx.ml", ["x"], ["y"], attributes)
            .Output("y", OnnxModelWriter.Float, -1, model.TargetCount).ToArray();
    }

    // The root of a tree comes first; children were made before parents.
    private static IEnumerable<int> Order(ForestModel model) =>
        Enumerable.Range(0, model.Nodes.Length).GroupBy(i => model.Places[i].Tree).OrderBy(g => g.Key).SelectMany(g => g.Reverse());

    public static OnnxBytes[] Nodes(ForestModel model)
    {
        var order = Order(model).ToList();
        long Id(int node) => model.Places[node].Node;
        return
        [
            OnnxModelWriter.Ints("nodes_treeids", order.Select(i => model.Places[i].Tree)),
            OnnxModelWriter.Ints("nodes_nodeids", order.Select(Id)),
            OnnxModelWriter.Ints("nodes_featureids", order.Select(i => (long)model.Nodes[i].Feature)),
            OnnxModelWriter.Floats("nodes_values", order.Select(i => model.Nodes[i].Threshold)),
            OnnxModelWriter.Texts("nodes_modes", order.Select(i => s_modes[(int)model.Nodes[i].Mode])),
            OnnxModelWriter.Ints("nodes_truenodeids", order.Select(i => model.Nodes[i].IsLeaf ? 0 : Id(model.Nodes[i].True))),
            OnnxModelWriter.Ints("nodes_falsenodeids", order.Select(i => model.Nodes[i].IsLeaf ? 0 : Id(model.Nodes[i].False))),
            OnnxModelWriter.Ints("nodes_missing_value_tracks_true", order.Select(i => model.Nodes[i].MissingIsTrue ? 1L : 0)),
        ];
    }

    public static OnnxBytes[] Weights(ForestModel model, string prefix)
    {
        var rows = Order(model).Where(i => model.Nodes[i].IsLeaf)
            .SelectMany(i => Enumerable.Range(model.LeafFrom[model.Nodes[i].True],
                model.LeafFrom[model.Nodes[i].True + 1] - model.LeafFrom[model.Nodes[i].True]).Select(w => (Node: i, Weight: w))).ToList();
        return
        [
            OnnxModelWriter.Ints($"{prefix}_treeids", rows.Select(r => model.Places[r.Node].Tree)),
            OnnxModelWriter.Ints($"{prefix}_nodeids", rows.Select(r => model.Places[r.Node].Node)),
            OnnxModelWriter.Ints($"{prefix}_ids", rows.Select(r => (long)model.LeafTargets[r.Weight])),
            OnnxModelWriter.Floats($"{prefix}_weights", rows.Select(r => model.LeafWeights[r.Weight])),
        ];
    }
}
