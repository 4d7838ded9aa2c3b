using BatchEngine.Domain;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Forests.Model;

public sealed class ForestGrowthTests
{
    private static readonly ForestShape s_shape = new(11, 12, 4, 0.2, 6, 40, true, true, 1, true);

    [Fact]
    public void Model_WithTreesAppended_IsToldWithTheirNumbers()
    {
        var growth = Assert.IsType<ModelGrowth.Grown>(Between(Regressor(s_shape with { Trees = 9 }), Regressor(s_shape)));
        Assert.Equal((9, 12), (growth.ParentTrees, growth.Trees));
    }

    [Fact]
    public void Model_OfVersionFiveWithTreesAppended_IsToldThoughItsListsAreLongerEverywhere()
    {
        static byte[] Ensemble(int trees) =>
            ForestOnnx.Ensemble(RandomForests.Make(s_shape with { Trees = trees }, stopAtRoot: false), s_shape.Features, ForestAggregate.Sum,
            PostTransform.Logistic);
        Assert.IsType<ModelGrowth.Grown>(Between(Ensemble(5), Ensemble(7)));
    }

    [Fact]
    public void Model_WhoseFileListsItsTreesOtherwise_IsStillTheSameTrees()
    {
        var parent = RawForest.Of(RandomForests.Make(s_shape with { Trees = 9, AllModes = false }));
        var renumbered = RawForest.Of(RandomForests.Make(s_shape with { AllModes = false }));
        for (var i = 0; i < renumbered.Ids.Count; i++)
            (renumbered.Ids[i], renumbered.True[i], renumbered.False[i]) = (renumbered.Ids[i] + 100, renumbered.True[i] + 100, renumbered.False[i] + 100);
        for (var i = 0; i < renumbered.WeightNodes.Count; i++)
            renumbered.WeightNodes[i] += 100;
        Assert.IsType<ModelGrowth.Grown>(Between(parent.ToModel(6), renumbered.ToModel(6)));
    }

    public static TheoryData<string, string> Others => new()
    {
        { "threshold", "its first 9 trees are not the earlier one's" },
        { "weight", "its first 9 trees are not the earlier one's" },
        { "missing", "its first 9 trees are not the earlier one's" },
        { "order", "its first 9 trees are not the earlier one's" },
        { "same", "it has 9 trees, the earlier one 9" },
        { "fewer", "it has 8 trees, the earlier one 9" },
        { "transform", "it differs in more than its trees" },
        { "base", "it differs in more than its trees" },
        { "step", "it differs in more than its trees" },
        { "network", "it has 0 tree ensembles" },
        { "two", "it has 2 tree ensembles" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Model_ThatDiffersOtherwise_IsAnotherAndSaysInWhat(string change, string reason)
    {
        var later = change switch
        {
            "threshold" => Changed(n => n with { Threshold = MathF.BitIncrement(n.Threshold) }),
            "missing" => Changed(n => n with { MissingIsTrue = !n.MissingIsTrue }),
            "weight" => Regressor(Reweighted(RandomForests.Make(s_shape, withSets: false))),
            "order" => Regressor(Swapped(RandomForests.Make(s_shape, withSets: false))),
            "same" => Regressor(s_shape with { Trees = 9 }),
            "fewer" => Regressor(s_shape with { Trees = 8 }),
            "transform" => Regressor(RandomForests.Make(s_shape, withSets: false), PostTransform.Logistic),
            "base" => Regressor(RandomForests.Make(s_shape, withSets: false), bases: [0.5f]),
            "step" => WithAdd(),
            "two" => Two(),
            _ => new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 6).Node("Identity", "", ["x"], ["y"]).Output("y", OnnxModelWriter.Float, -1, 6)
                .ToArray(),
        };
        Assert.Equal(reason, Assert.IsType<ModelGrowth.Another>(Between(Regressor(s_shape with { Trees = 9 }), later)).Reason);
    }

    [Fact]
    public void Classifier_WhoseAppendedTreesNameAClassThatOthersDidNot_IsAnother()
    {
        var shape = s_shape with { Targets = 3, OneTargetATree = false };
        static byte[] Classifier(ForestModel model) => ForestOnnx.Classifier(model, 6, PostTransform.None, [], 3, false);
        var model = RandomForests.Make(shape, withSets: false);
        var parent = RandomForests.Make(shape with { Trees = 9 }, withSets: false);
        Assert.IsType<ModelGrowth.Grown>(Between(Classifier(parent), Classifier(model)));
        ForestModel Mute(ForestModel of) => of with { LeafTargets = [.. of.LeafTargets.Select((t, i) => i < parent.LeafTargets.Length && t == 2 ? 1 : t)] };
        Assert.Equal("its appended trees name other classes",
            Assert.IsType<ModelGrowth.Another>(Between(Classifier(Mute(parent)), Classifier(Mute(model)))).Reason);
    }

    [Fact]
    public void Model_ThatIsNoModel_IsAnErrorThatNamesTheFile()
    {
        using var parent = new TemporaryModel(Regressor(s_shape));
        using var broken = new TemporaryModel([1, 2, 3]);
        Assert.Equal(broken.Path, Assert.Throws<BadInputException>(() => ForestGrowth.Between(parent.Path, broken.Path)).Place);
    }

    private static ModelGrowth Between(byte[] parent, byte[] model)
    {
        using var first = new TemporaryModel(parent);
        using var second = new TemporaryModel(model);
        return ForestGrowth.Between(first.Path, second.Path);
    }

    private static byte[] Regressor(ForestShape shape) => Regressor(RandomForests.Make(shape, withSets: false));

    private static byte[] Regressor(ForestModel model, PostTransform transform = PostTransform.None, float[]? bases = null) =>
        ForestOnnx.Regressor(model, s_shape.Features, ForestAggregate.Sum, transform, bases ?? []);

    // The first branch is changed.
    private static byte[] Changed(Func<ForestNode, ForestNode> change)
    {
        var model = RandomForests.Make(s_shape, withSets: false);
        var at = Array.FindIndex(model.Nodes, n => !n.IsLeaf);
        return Regressor(model with { Nodes = [.. model.Nodes.Select((n, i) => i == at ? change(n) : n)] });
    }

    private static ForestModel Reweighted(ForestModel model) =>
        model with { LeafWeights = [MathF.BitIncrement(model.LeafWeights[0]), .. model.LeafWeights[1..]] };

    private static ForestModel Swapped(ForestModel model) =>
        model with { Places = Array.ConvertAll(model.Places, p => p with { Tree = p.Tree switch { 0 => 1, 1 => 0, _ => p.Tree } }) };

    private static OnnxModelWriter Forest(OnnxModelWriter writer, string output) => writer.Node("TreeEnsembleRegressor", "ai.onnx.ml", ["x"], [output],
        [.. ForestOnnx.Nodes(RandomForests.Make(s_shape, withSets: false)), .. ForestOnnx.Weights(RandomForests.Make(s_shape, withSets: false), "target"),
            OnnxModelWriter.OneInt("n_targets", 1)]);

    private static byte[] WithAdd() => Forest(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 6), "s").Constant("c", [1f], 1)
        .Node("Add", "", ["s", "c"], ["y"]).Output("y", OnnxModelWriter.Float, -1, 1).ToArray();

    private static byte[] Two() => Forest(Forest(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 6), "a"), "b").Node("Add", "", ["a", "b"], ["y"])
        .Output("y", OnnxModelWriter.Float, -1, 1).ToArray();
}
