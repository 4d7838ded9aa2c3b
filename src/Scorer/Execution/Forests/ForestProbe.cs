using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Scores made-up rows with the forest and with ONNX Runtime when a model is loaded, so that a misunderstanding of the file is found before it becomes a prediction.</summary>
internal static class ForestProbe
{
    /// <summary>Rows that are compared.</summary>
    public const int Rows = 640;

    /// <summary>The largest difference allowed, relative to the value where that is above 1.</summary>
    public const float Tolerance = 1e-5f;

    private const int RowsWithoutMissing = 520;

    /// <summary>Says how the two differ; null means that they agree.</summary>
    public static string? Difference(LoadedForest forest, LoadedModel runtime)
    {
        using var features = Features(forest);
        var (ours, theirs) = (new PredictionBlock(forest.Outputs.Count, Rows), new PredictionBlock(forest.Outputs.Count, Rows));
        using (var executor = runtime.CreateExecutor())
            executor.Score(features, theirs);
        using (var executor = forest.CreateExecutor())
            executor.Score(features, ours);
        for (var column = 0; column < forest.Outputs.Count; column++)
        {
            for (var row = 0; row < features.Rows; row++)
            {
                var (a, b) = (ours.Column(column)[row], theirs.Column(column)[row]);
                if (!Agree(a, b))
                    return $"output '{forest.Outputs[column].Name}' of trial row {row} came out as {a:R}, but ONNX Runtime gives {b:R}";
            }
        }
        return null;
    }

    /// <summary>Whether two scores are the same within <see cref="Tolerance"/>.</summary>
    public static bool Agree(float a, float b) => a.Equals(b) || MathF.Abs(a - b) <= Tolerance * MathF.Max(1, MathF.Abs(b));

    /// <summary>Made-up rows: values on the thresholds, just below them and far out; missing ones at the end when the model takes them.</summary>
    public static FeatureMatrix Features(LoadedForest forest)
    {
        var random = new Random(1);
        var graph = forest.Graph;
        var features = new FeatureMatrix(graph.FeatureCount, Rows) { Rows = forest.AcceptsMissing ? Rows : RowsWithoutMissing };
        var thresholds = graph.Forest.Model.Nodes.Where(n => !n.IsLeaf && float.IsFinite(n.Threshold)).ToLookup(n => graph.Forest.Inputs[n.Feature], n => n.Threshold);
        for (var i = 0; i < graph.FeatureCount; i++)
        {
            float[] known = [.. thresholds[i].Take(4_096)];
            var column = features.Column(i);
            for (var row = 0; row < column.Length; row++)
            {
                var near = known.Length == 0 ? 0 : known[random.Next(known.Length)];
                column[row] = random.Next(8) switch
                {
                    0 => near,
                    1 => float.BitDecrement(near),
                    2 => float.BitIncrement(near),
                    3 => (float)(random.NextDouble() - 0.5) * 1e6f,
                    4 when row >= RowsWithoutMissing => float.NaN,
                    _ => near + (float)(random.NextDouble() - 0.5),
                };
            }
        }
        return features;
    }
}
