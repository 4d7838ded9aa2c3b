using BatchEngine.Scorer.Forests.Model;
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
            ForestComparison.Compare(ForestOnnx.Regressor(model, shape.Features, (ForestAggregate)aggregate, (PostTransform)transform, baseValues), shape,
                mayDecline: false, exact: transform == 0);
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
            ForestComparison.Compare(ForestOnnx.Classifier(model, shape.Features, (PostTransform)transform, baseValues, shape.Targets, text), shape,
                mayDecline: false, exact: transform == 0);
        }, iter: 150, print: s => $"{s.Item1}, {(PostTransform)s.Item2}, bases {s.Item3}, text {s.Item4}");
    }

    [Fact]
    public void Classifier_WhoseLeavesNameOnlySomeClasses_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 3], Gen.Bool, Gen.Int[2, 5]).Sample((shape, transform, bases, classes) =>
        {
            shape = shape with { Targets = classes, OneTargetATree = false };
            var model = WithoutSomeWeights(RandomForests.Make(shape, withSets: false));
            float[] baseValues = bases && classes > 2 ? [.. Enumerable.Range(0, classes).Select(i => 0.25f * (i + 1))] : [];
            ForestComparison.Compare(ForestOnnx.Classifier(model, shape.Features, (PostTransform)transform, baseValues, classes, false), shape,
                mayDecline: false, exact: transform == 0);
        }, iter: 120, print: s => $"{s.Item1}, {(PostTransform)s.Item2}, bases {s.Item3}, classes {s.Item4}");
    }

    [Fact]
    public void BinaryClassifier_WithWeightsOfOneClassOnly_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 4], Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 1]).Sample((shape, transform, bases, positive, named) =>
        {
            shape = shape with { Targets = 1, OneTargetATree = true };
            var model = RandomForests.Make(shape, withSets: false);
            model = model with { LeafTargets = [.. model.LeafTargets.Select(_ => named)] };
            if (positive)
                model = model with { LeafWeights = [.. model.LeafWeights.Select(w => MathF.Min(MathF.Abs(w), 1) / shape.Trees)] };
            ForestComparison.Compare(
                ForestOnnx.Classifier(model, shape.Features, (PostTransform)transform, [.. Enumerable.Range(0, bases).Select(i => 0.125f * (i + 1))], 2,
                false), shape, mayDecline: transform == 4, exact: transform == 0);
        }, iter: 150, print: s => $"{s.Item1}, {(PostTransform)s.Item2}, bases {s.Item3}, positive {s.Item4}, class {s.Item5}");
    }

    [Fact]
    public void Ensemble_OfVersionFive_AgreesWithTheRuntime()
    {
        Gen.Select(s_shapes, Gen.Int[0, 3], Gen.Int[0, 4]).Sample((shape, aggregate, transform) =>
        {
            shape = shape with { OneTargetATree = true };
            var model = RandomForests.Make(shape, (ForestAggregate)aggregate, stopAtRoot: false);
            ForestComparison.Compare(ForestOnnx.Ensemble(model, shape.Features, (ForestAggregate)aggregate, (PostTransform)transform), shape,
                mayDecline: false, exact: transform == 0);
        }, iter: 150, print: s => $"{s.Item1}, {(ForestAggregate)s.Item2}, {(PostTransform)s.Item3}");
    }

    // Every leaf keeps at least one weight.
    private static ForestModel WithoutSomeWeights(ForestModel model)
    {
        var random = new Random(model.Nodes.Length);
        var (from, targets, weights) = (new List<int> { 0 }, new List<int>(), new List<float>());
        for (var leaf = 0; leaf + 1 < model.LeafFrom.Length; leaf++)
        {
            var kept = random.Next(model.LeafFrom[leaf], model.LeafFrom[leaf + 1]);
            for (var i = model.LeafFrom[leaf]; i < model.LeafFrom[leaf + 1]; i++)
            {
                if (i != kept && random.Next(3) > 0)
                    continue;
                targets.Add(model.LeafTargets[i]);
                weights.Add(model.LeafWeights[i]);
            }
            from.Add(targets.Count);
        }
        return model with { LeafFrom = [.. from], LeafTargets = [.. targets], LeafWeights = [.. weights] };
    }
}
