using System.Globalization;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Simulation;

/// <summary>Forests of complete trees of depth 4 over four features; of one seed, those with more trees begin with the trees of those with fewer.</summary>
internal static class GrowingForest
{
    private const int Depth = 4;
    private const int Features = 4;
    private const int Branches = (1 << Depth) - 1;
    private const int Nodes = (2 << Depth) - 1;

    /// <summary>Writes one and gives its path.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="seed">Which forest.</param>
    /// <param name="trees">How many of its trees.</param>
    /// <param name="isClassifier">Two classes by a logistic function of the sums and a base value; else the sums themselves.</param>
    public static string Write(string folder, int seed, int trees, bool isClassifier)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"forest-{seed}-{trees}.onnx"));
        var random = new Random(seed);
        var (features, values, weights) = (new List<long>(), new List<float>(), new List<float>());
        for (var node = 0; node < trees * Nodes; node++)
        {
            features.Add(random.Next(Features));
            values.Add(node % Nodes < Branches ? random.Next(-80, 80) / 40f : 0);
            weights.Add((float)(random.NextDouble() - 0.5) / 10);
        }

        var all = Enumerable.Range(0, trees * Nodes).ToArray();
        var leaves = all.Where(n => n % Nodes >= Branches).ToArray();
        var prefix = isClassifier ? "class" : "target";
        OnnxBytes[] attributes =
        [
            OnnxModelWriter.Ints("nodes_treeids", all.Select(n => (long)(n / Nodes))),
            OnnxModelWriter.Ints("nodes_nodeids", all.Select(n => (long)(n % Nodes))),
            OnnxModelWriter.Ints("nodes_featureids", features),
            OnnxModelWriter.Floats("nodes_values", values),
            OnnxModelWriter.Texts("nodes_modes", all.Select(n => n % Nodes < Branches ? "BRANCH_LT" : "LEAF")),
            OnnxModelWriter.Ints("nodes_truenodeids", all.Select(n => n % Nodes < Branches ? (2L * (n % Nodes)) + 1 : 0)),
            OnnxModelWriter.Ints("nodes_falsenodeids", all.Select(n => n % Nodes < Branches ? (2L * (n % Nodes)) + 2 : 0)),
            OnnxModelWriter.Ints($"{prefix}_treeids", leaves.Select(n => (long)(n / Nodes))),
            OnnxModelWriter.Ints($"{prefix}_nodeids", leaves.Select(n => (long)(n % Nodes))),
            OnnxModelWriter.Ints($"{prefix}_ids", leaves.Select(_ => 0L)),
            OnnxModelWriter.Floats($"{prefix}_weights", leaves.Select(n => weights[n])),
            .. isClassifier
                ? (OnnxBytes[])[OnnxModelWriter.Ints("classlabels_int64s", [0, 1]), OnnxModelWriter.OneText("post_transform", "LOGISTIC"),
                    OnnxModelWriter.Floats("base_values", [0.3f])]
                : [OnnxModelWriter.OneInt("n_targets", 1)],
        ];
        var model = new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, Features);
        model = isClassifier
            ? model.Node("TreeEnsembleClassifier", "ai.onnx.ml", ["x"], ["label", "p"], attributes).Output("label", OnnxModelWriter.Int64, -1)
                .Output("p", OnnxModelWriter.Float, -1, 2)
            : model.Node("TreeEnsembleRegressor", "ai.onnx.ml", ["x"], ["y"], attributes).Output("y", OnnxModelWriter.Float, -1, 1);
        File.WriteAllBytes(path, model.ToArray());
        return path;
    }
}
