using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Tests.Forests.Model;

/// <summary>Broken forests are named by tree and node before any engine follows a branch of them.</summary>
public sealed class BrokenForestTests
{
    private static readonly Dictionary<string, (Action<RawForest> Break, string Expected)> s_defects = new()
    {
        ["a missing child"] = (f => f.True[0] = 9, "tree 5, node 0: found a branch to node 9, which is missing"),
        ["a child in another tree"] = (f => f.Trees[4] = 6, "tree 5, node 2: found a branch to node 4, which is missing"),
        ["an id given twice"] = (f => f.Ids[3] = 1, "tree 5, node 1: found the same id a second time"),
        ["a cycle"] = (f => f.False[2] = 0, "tree 5, node 0: found a cycle"),
        ["a node that is its own child"] = (f => f.True[2] = 2, "tree 5, node 2: found a cycle"),
        ["a negative feature"] = (f => f.Features[2] = -1, "tree 5, node 2: found feature -1"),
        ["a feature beyond any number"] = (f => f.Features[2] = long.MaxValue, "tree 5, node 2: found feature 9223372036854775807"),
        ["a feature beyond the inputs"] = (f => f.Features[2] = 2, "tree 5, node 2: found feature 2"),
        ["an unknown mode"] = (f => f.Modes[2] = "BRANCH_WHO_KNOWS", "tree 5, node 2: found mode 'BRANCH_WHO_KNOWS'"),
        ["a weight of a missing node"] = (f => f.WeightNodes[1] = 8, "tree 5, node 8: found a weight for a node that is missing"),
        ["a leaf without a weight"] = (f => f.WeightNodes[1] = 1, "tree 5, node 3: found a leaf without a weight"),
        ["a weight of a target beyond the last"] = (f => f.WeightTargets[2] = 3, "tree 5, node 4: found a weight for target 3"),
        ["a weight of a negative target"] = (f => f.WeightTargets[2] = -3, "tree 5, node 4: found a weight for target -3"),
        ["node lists of different lengths"] = (f => f.Values.RemoveAt(4), "node lists of 5, 5, 5, 4"),
        ["weight lists of different lengths"] = (f => f.WeightTargets.RemoveAt(0), "weight lists of 3, 3, 2, 3"),
        ["no targets"] = (f => f.Targets = 0, "0 targets"),
        ["more targets than can be kept"] = (f => f.Targets = 1L << 40, "2147483647 targets"),
        ["an unknown aggregate"] = (f => f.Aggregate = "MEDIAN", "aggregate 'MEDIAN'"),
        ["an unknown transform"] = (f => f.Transform = "TANH", "post transform 'TANH'"),
        ["no trees"] = (f => Clear(f), "a forest without trees"),
    };

    public static TheoryData<string> Defects => [.. s_defects.Keys];

    [Theory]
    [MemberData(nameof(Defects))]
    public void Forest_WithADefect_IsRefusedWithItsPlace(string defect)
    {
        var forest = RawForest.Small();
        s_defects[defect].Break(forest);
        using var file = new TemporaryModel(forest.ToModel(2));

        var refusal = Assert.Throws<BadInputException>(() => ExecutorFactory.Open(file.Path, ["a", "b"]));

        Assert.Contains(s_defects[defect].Expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a cycle")]
    [InlineData("a missing child")]
    [InlineData("a weight of a target beyond the last")]
    public void Forest_WithADefect_IsRefusedBeforeTheRuntimeSeesIt(string defect)
    {
        var forest = RawForest.Small();
        s_defects[defect].Break(forest);
        using var file = new TemporaryModel(forest.ToModel(2));

        Assert.Contains(s_defects[defect].Expected,
            Assert.Throws<BadInputException>(() => ExecutorFactory.Open(file.Path, ["a", "b"], ExecutorOptions.Default with { Engine = "onnx" })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Forest_WithAThresholdOfNaN_IsLeftToTheRuntime()
    {
        var forest = RawForest.Small();
        forest.Values[2] = float.NaN;
        AssertLeft(forest, "the threshold of tree 5, node 2 is NaN");
    }

    [Fact]
    public void Forest_WithALeafWeightOfNaN_IsLeftToTheRuntime()
    {
        var forest = RawForest.Small();
        forest.Weights[2] = float.NaN;
        AssertLeft(forest, "a leaf weight of tree 5, node 4 is NaN");
    }

    [Fact]
    public void Forest_WithWeightsOnBranches_IsScoredWithoutThem()
    {
        var forest = RawForest.Small();
        forest.WeightTrees.Add(5);
        forest.WeightNodes.Add(2);
        forest.WeightTargets.Add(0);
        forest.Weights.Add(100);
        ForestComparison.Compare(forest.ToModel(2), new ForestShape(1, 1, 2, 0, 2, 30, false, true, 1, true), mayDecline: false);
    }

    [Fact]
    public void Forest_WithNodesThatNothingLeadsTo_IsScoredWithoutThem()
    {
        var forest = RawForest.Small();
        forest.False[0] = 4;
        ForestComparison.Compare(forest.ToModel(2), new ForestShape(1, 1, 2, 0, 2, 30, false, true, 1, true), mayDecline: false);
    }

    private static void Clear(RawForest forest)
    {
        foreach (var list in (List<long>[])[forest.Trees, forest.Ids, forest.Features, forest.True, forest.False, forest.Missing, forest.WeightTrees,
            forest.WeightNodes, forest.WeightTargets])
            list.Clear();
        forest.Values.Clear();
        forest.Modes.Clear();
        forest.Weights.Clear();
    }

    private static void AssertLeft(RawForest forest, string reason)
    {
        using var file = new TemporaryModel(forest.ToModel(2));
        using var loaded = ExecutorFactory.Open(file.Path, ["a", "b"]);

        Assert.Equal("onnx-cpu", loaded.Name);
        Assert.Contains(loaded.Notes, n => n.Contains(reason, StringComparison.Ordinal));
        using var features = new FeatureMatrix(2, 3) { Rows = 3 };
        using var executor = loaded.CreateExecutor();
        executor.Score(features, new UnitPredictions(1, 3));
    }
}
