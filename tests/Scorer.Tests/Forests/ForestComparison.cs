using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;

namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>Scores a whole model as a forest and with ONNX Runtime.</summary>
internal static class ForestComparison
{
    private const int Rows = 600;

    /// <summary>Fails when they differ (by a bit when <paramref name="exact"/>), or when the model was not opened as a forest though it had to be. Gives the
    /// reason when it was declined.</summary>
    public static string? Compare(byte[] bytes, ForestShape shape, bool mayDecline, bool exact = false)
    {
        using var file = new TemporaryModel(bytes);
        string[] names = shape.Features == 4 ? ["a", "b", "c", "d"] : [.. Enumerable.Range(0, shape.Features).Select(i => $"f{i}")];
        using var runtime = ExecutorFactory.Open(file.Path, names, ExecutorOptions.Default with { Engine = "onnx" });
        using var forest = ExecutorFactory.Open(file.Path, names);
        if (!forest.Name.StartsWith("forest", StringComparison.Ordinal))
        {
            if (!mayDecline)
                Assert.Fail(string.Join("; ", forest.Notes));
            return string.Join("; ", forest.Notes);
        }
        var rows = RandomForests.Rows(shape, Rows);
        using var features = new FeatureMatrix(shape.Features, Rows) { Rows = Rows };
        for (var i = 0; i < shape.Features; i++)
            rows[i].CopyTo(features.Column(i));
        var (expected, actual) = (Score(runtime, features), Score(forest, features));
        for (var column = 0; column < expected.OutputCount; column++)
        {
            for (var row = 0; row < Rows; row++)
            {
                var (a, b) = (actual.Column(column)[row], expected.Column(column)[row]);
                if (exact ? BitConverter.SingleToInt32Bits(a) != BitConverter.SingleToInt32Bits(b) : !ForestProbe.Agree(a, b))
                    Assert.Fail($"column {column}, row {row}: {a:R}, but the runtime gives {b:R}");
            }
        }
        return null;
    }

    private static UnitPredictions Score(LoadedModel model, FeatureMatrix features)
    {
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(executor.Model.Outputs.Count, features.Rows);
        executor.Score(features, block);
        return block;
    }
}
