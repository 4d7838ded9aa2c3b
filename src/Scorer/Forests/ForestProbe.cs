using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests;

/// <summary>
/// Scores made-up rows with the forest and with ONNX Runtime when a model is loaded, so that a misunderstanding of the file is found before it becomes a
/// prediction. The runtime scores on another thread from the
/// start; disposing the probe waits for it. Not thread-safe.
/// </summary>
internal sealed class ForestProbe : IDisposable
{
    /// <summary>Rows that are compared.</summary>
    public const int Rows = 640;

    /// <summary>The largest difference allowed, relative to the value where that is above 1.</summary>
    public const float Tolerance = 1e-5f;

    private const int RowsWithoutMissing = 520;

    private readonly FeatureMatrix _features;
    private readonly Task<UnitPredictions> _theirs;

    /// <summary>Makes the rows up and lets the runtime begin.</summary>
    /// <param name="graph">What the forest will run.</param>
    /// <param name="runtime">The same model in ONNX Runtime.</param>
    public ForestProbe(ColumnGraph graph, LoadedModel runtime)
    {
        _features = Features(graph, runtime.AcceptsMissing);
        _theirs = Task.Run(() => Scores(runtime));
    }

    /// <summary>Says how the two differ; null means that they agree.</summary>
    public string? Difference(LoadedForest forest)
    {
        var (ours, runtime) = (Scores(forest), _theirs.GetAwaiter().GetResult());
        for (var column = 0; column < forest.Outputs.Count; column++)
        {
            for (var row = 0; row < _features.Rows; row++)
            {
                var (a, b) = (ours.Column(column)[row], runtime.Column(column)[row]);
                if (!Agree(a, b))
                    return $"output '{forest.Outputs[column].Name}' of trial row {row} came out as {a:R}, but ONNX Runtime gives {b:R}";
            }
        }
        return null;
    }

    /// <summary>Whether two scores are the same within <see cref="Tolerance"/>.</summary>
    public static bool Agree(float a, float b) => a.Equals(b) || MathF.Abs(a - b) <= Tolerance * MathF.Max(1, MathF.Abs(b));

    /// <summary>Made-up rows: values on the thresholds, just below them and far out; missing ones at the end when the model takes them.</summary>
    public static FeatureMatrix Features(ColumnGraph graph, bool acceptsMissing)
    {
        var random = new Random(1);
        var features = new FeatureMatrix(graph.FeatureCount, Rows) { Rows = acceptsMissing ? Rows : RowsWithoutMissing };
        var thresholds = ForestThresholds.Of(graph.Forest.Model, graph.FeatureCount, feature => graph.Forest.Inputs[feature]);
        for (var i = 0; i < graph.FeatureCount; i++)
        {
            var known = thresholds[i];
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

    /// <inheritdoc/>
    public void Dispose()
    {
        Task.WhenAny(_theirs).GetAwaiter().GetResult();
        _features.Dispose();
    }

    private UnitPredictions Scores(LoadedModel model)
    {
        var scores = new UnitPredictions(model.Outputs.Count, Rows);
        using var executor = model.CreateExecutor();
        executor.Score(_features, scores);
        return scores;
    }
}
