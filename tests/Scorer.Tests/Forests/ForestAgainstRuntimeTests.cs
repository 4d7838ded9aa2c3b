using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Forests;
using BatchEngine.Scorer.Features;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>Scores of whole models beside ONNX Runtime's: what was opened as a forest must agree, and nearly everything must be opened as one.</summary>
public sealed class ForestAgainstRuntimeTests
{
    private static readonly Gen<ForestShape> s_shapes =
        from seed in Gen.Int[0, int.MaxValue]
        from trees in Gen.Int[1, 30]
        from depth in Gen.Int[1, 7]
        from features in Gen.Int[1, 20]
        from grid in Gen.Int[3, 300]
        from modes in Gen.Bool
        from missing in Gen.Bool
        from targets in Gen.Int[1, 4]
        from one in Gen.Bool
        select new ForestShape(seed, trees, depth, 0.2, features, grid, modes, missing, targets, one);

    [Fact]
    public void Regressor_OfAnyShapeAggregateAndTransform_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 3], Gen.Int[0, 4], Gen.Bool).Sample((shape, aggregate, transform, bases) =>
        {
            shape = shape with { OneTargetATree = false };
            var model = RandomForests.Make(shape, (ForestAggregate)aggregate, withSets: false);
            float[] baseValues = bases ? [.. Enumerable.Range(0, shape.Targets).Select(i => 0.25f * (i + 1))] : [];
            Compare(ForestOnnx.Regressor(model, shape.Features, (ForestAggregate)aggregate, (PostTransform)transform, baseValues), shape, transform == 4);
        }, iter: 150, print: s => $"{s.Item1}, {(ForestAggregate)s.Item2}, {(PostTransform)s.Item3}, bases {s.Item4}");
    }

    [Fact]
    public void Classifier_OfAnyShapeAndTransform_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 4], Gen.Bool, Gen.Bool).Sample((shape, transform, bases, text) =>
        {
            shape = shape with { Targets = Math.Max(2, shape.Targets), OneTargetATree = false };
            var model = RandomForests.Make(shape, withSets: false);
            float[] baseValues = bases ? [.. Enumerable.Range(0, shape.Targets).Select(i => 0.25f * (i + 1))] : [];
            Compare(ForestOnnx.Classifier(model, shape.Features, (PostTransform)transform, baseValues, shape.Targets, text), shape, transform == 4);
        }, iter: 150, print: s => $"{s.Item1}, {(PostTransform)s.Item2}, bases {s.Item3}, text {s.Item4}");
    }

    [Fact]
    public void BinaryClassifier_WithWeightsOfOneClassOnly_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 4], Gen.Int[0, 2], Gen.Bool).Sample((shape, transform, bases, positive) =>
        {
            shape = shape with { Targets = 1, OneTargetATree = true };
            var model = RandomForests.Make(shape, withSets: false);
            if (positive)
                model = model with { LeafWeights = [.. model.LeafWeights.Select(w => MathF.Min(MathF.Abs(w), 1) / shape.Trees)] };
            Compare(ForestOnnx.Classifier(model, shape.Features, (PostTransform)transform, [.. Enumerable.Range(0, bases).Select(i => 0.125f * (i + 1))], 2, false), shape, transform == 4 || bases == 2);
        }, iter: 150, print: s => $"{s.Item1}, {(PostTransform)s.Item2}, bases {s.Item3}, positive {s.Item4}");
    }

    [Fact]
    public void Ensemble_OfVersionFive_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 3], Gen.Int[0, 4]).Sample((shape, aggregate, transform) =>
        {
            shape = shape with { OneTargetATree = true };
            var model = RandomForests.Make(shape, (ForestAggregate)aggregate, stopAtRoot: false);
            Compare(ForestOnnx.Ensemble(model, shape.Features, (ForestAggregate)aggregate, (PostTransform)transform), shape, mayDecline: true);
        }, iter: 150, print: s => $"{s.Item1}, {(ForestAggregate)s.Item2}, {(PostTransform)s.Item3}");
    }

    private static void Compare(byte[] bytes, ForestShape shape, bool mayDecline = false)
    {
        var path = Path.Combine(Path.GetTempPath(), $"forest-{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, bytes);
        try
        {
            string[] names = [.. Enumerable.Range(0, shape.Features).Select(i => $"f{i}")];
            using var runtime = ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Engine = "onnx" });
            using var forest = ExecutorFactory.Open(path, names);
            if (!forest.Name.StartsWith("forest", StringComparison.Ordinal))
            {
                if (mayDecline)
                    return;
                Assert.Fail(string.Join("; ", forest.Notes));
            }
            var rows = RandomForests.Rows(shape, 600);
            using var features = new FeatureMatrix(shape.Features, 600) { Rows = 600 };
            for (var i = 0; i < shape.Features; i++)
                rows[i].CopyTo(features.Column(i));
            var (expected, actual) = (Score(runtime, features), Score(forest, features));
            for (var column = 0; column < expected.OutputCount; column++)
            {
                for (var row = 0; row < 600; row++)
                {
                    var (a, b) = (actual.Column(column)[row], expected.Column(column)[row]);
                    if (!ForestProbe.Agree(a, b))
                        Assert.Fail($"column {column}, row {row}: {a:R}, but the runtime gives {b:R}");
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static PredictionBlock Score(LoadedModel model, FeatureMatrix features)
    {
        using var executor = model.CreateExecutor();
        var block = new PredictionBlock(executor.Outputs.Count, features.Rows);
        executor.Score(features, block);
        return block;
    }
}
