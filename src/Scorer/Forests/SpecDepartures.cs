using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Scorer.Forests;

/// <summary>Where ONNX Runtime scores a forest otherwise than the specification says. We follow the runtime, whose answer everybody else gives too, and say
/// so. Pure.</summary>
internal static class SpecDepartures
{
    /// <summary>The departures of all forests of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="forests">Its forests.</param>
    public static ModelCaveats Of(OnnxGraph graph, FileForests forests)
    {
        var (scores, labels) = (new List<string>(), new List<string>());
        foreach (var node in graph.Nodes.Where(ForestReader.IsForest))
        {
            if (forests.Of(node) is not { IsUnderstood: true } forest)
                continue;
            scores.AddRange(forest.Model.Classes is null ? OfRegressor(node, forest.Model) : OfClassifier(node, forest.Model));
            scores.AddRange(OfClassNumbers(node, forest.Model));
            scores.AddRange(OfMissing(node, forest.Model));
            labels.AddRange(OfLabels(node, forest.Model));
        }
        return new ModelCaveats([.. scores.Distinct()], [.. labels.Distinct()]);
    }

    private static IEnumerable<string> OfRegressor(OnnxNode node, ForestModel model)
    {
        var asked = AskedFor(node, model);
        if (model.OutputCount == 1 && asked is (PostTransform.Logistic or PostTransform.Softmax or PostTransform.SoftmaxZero))
        {
            yield return $"{node.OpType}: ONNX Runtime leaves {Word(asked)} out of a forest with one output, so its scores are plain sums; "
                + $"the specification would give {(asked == PostTransform.Logistic ? "1 / (1 + exp(-sum))" : $"{Word(asked)} of the one sum, which is 1")}.";
        }
        else if (asked != model.Transform)
        {
            yield return $"{node.OpType}: ONNX Runtime reads post_transform {node.Int("post_transform", 0)} as {Word(model.Transform)}; "
                + $"in the specification it is {Word(asked)}, and it would give that of the sums.";
        }
    }

    private static IEnumerable<string> OfClassifier(OnnxNode node, ForestModel model)
    {
        if (model.OutputCount != 2)
            yield break;
        var named = NamedClasses(model);
        if (named is [1])
        {
            yield return $"{node.OpType}: where leaves have weights of the second class only, ONNX Runtime takes the first class's sum as 0 and transforms "
                + $"each by itself; the specification would give {(model.Transform == PostTransform.Logistic ? "1 / (1 + exp(-sum))" : "the sum's transform")} "
                + "for the second class and the rest to 1 for the first.";
        }
        else if (named.Length == 1 && model.Transform is (PostTransform.Softmax or PostTransform.SoftmaxZero))
        {
            yield return $"{node.OpType}: ONNX Runtime leaves {Word(model.Transform)} out where leaves have weights of one class only; "
                + $"the specification would give {Word(model.Transform)} of both scores.";
        }
        if (model.BaseValues.Length == 2 && model.BaseValues.Any(b => b != 0))
        {
            yield return $"{node.OpType}: with two base values ONNX Runtime makes both scores of two classes from one of them; "
                + "the specification would add each class's base value to its own sum.";
        }
    }

    // The runtime knows the labels of two classes only where one of them has weights.
    private static IEnumerable<string> OfClassNumbers(OnnxNode node, ForestModel model)
    {
        if (model.OutputCount == 2 && model.Classes is { Integers: [var first, var second] } && (first, second) != (0, 1) && NamedClasses(model).Length == 2)
        {
            yield return FormattableString.Invariant($"{node.OpType}: of two classes with weights of both, ONNX Runtime gives the labels 0 and 1; ")
                + FormattableString.Invariant($"the specification would give the model's own, {first} and {second}.");
        }
    }

    private static IEnumerable<string> OfLabels(OnnxNode node, ForestModel model)
    {
        if (model.Classes is null || model.OutputCount != 2)
            yield break;
        var named = NamedClasses(model);
        if (named.Length == 2)
        {
            yield return $"{node.OpType}: of two classes with weights of both, ONNX Runtime gives the second whenever its sum is above 0; "
                + "the specification would give the one with the larger score.";
        }
        else if (model.LeafWeights.All(w => w >= 0) && model.Transform != PostTransform.None)
        {
            yield return $"{node.OpType}: where no weight is negative, ONNX Runtime compares the plain sum with 0.5 before {Word(model.Transform)}; "
                + "the specification would give the class with the larger score.";
        }
    }

    private static IEnumerable<string> OfMissing(OnnxNode node, ForestModel model)
    {
        if (node.Ints("nodes_missing_value_tracks_true").Count == 0 && model.Nodes.Any(n => n.Mode != BranchMode.Leaf))
            yield return $"{node.OpType}: the model has no rule for missing values (nodes_missing_value_tracks_true); "
                + "by the specification a missing value takes the false branch everywhere, and so it is scored.";
    }

    // What the file asks for, in the numbers of the specification.
    private static PostTransform AskedFor(OnnxNode node, ForestModel model) =>
        node.IsLearner("TreeEnsemble") ? (PostTransform)node.Int("post_transform", 0) : model.Transform;

    private static int[] NamedClasses(ForestModel model) => [.. model.LeafTargets.Where(t => t < model.OutputCount).Distinct().Order()];

    private static string Word(PostTransform transform) => transform switch
    {
        PostTransform.Logistic => "LOGISTIC",
        PostTransform.Softmax => "SOFTMAX",
        PostTransform.SoftmaxZero => "SOFTMAX_ZERO",
        PostTransform.Probit => "PROBIT",
        _ => "NONE",
    };
}
