using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>The scores stay ONNX Runtime's; where these are not what the specification says, the model says so.</summary>
public sealed class SpecDeparturesTests
{
    private static LoadedModel Open(byte[] bytes, string engine)
    {
        using var file = new TemporaryModel(bytes);
        return ExecutorFactory.Open(file.Path, ["x"], ExecutorOptions.Default with { Engine = engine });
    }

    // x <= 0 goes left.
    private static byte[] Stump(string op, string transform, (long Target, float Weight)[] left, (long Target, float Weight)[] right, bool missingRule = true,
        long targets = 1, params long[] labels)
    {
        var isClassifier = op == "TreeEnsembleClassifier";
        var prefix = isClassifier ? "class" : "target";
        var weights = left.Select(w => (Node: 1L, w)).Concat(right.Select(w => (Node: 2L, w))).ToArray();
        OnnxBytes[] attributes =
        [
            OnnxModelWriter.Ints("nodes_treeids", [0, 0, 0]), OnnxModelWriter.Ints("nodes_nodeids", [0, 1, 2]),
            OnnxModelWriter.Ints("nodes_featureids", [0, 0, 0]), OnnxModelWriter.Floats("nodes_values", [0, 0, 0]),
            OnnxModelWriter.Texts("nodes_modes", ["BRANCH_LEQ", "LEAF", "LEAF"]), OnnxModelWriter.Ints("nodes_truenodeids", [1, 0, 0]),
            OnnxModelWriter.Ints("nodes_falsenodeids", [2, 0, 0]),
            .. missingRule ? (OnnxBytes[])[OnnxModelWriter.Ints("nodes_missing_value_tracks_true", [0, 0, 0])] : [],
            OnnxModelWriter.Ints($"{prefix}_treeids", weights.Select(_ => 0L)), OnnxModelWriter.Ints($"{prefix}_nodeids", weights.Select(w => w.Node)),
            OnnxModelWriter.Ints($"{prefix}_ids", weights.Select(w => w.w.Target)),
                OnnxModelWriter.Floats($"{prefix}_weights", weights.Select(w => w.w.Weight)),
            OnnxModelWriter.OneText("post_transform", transform),
            isClassifier ? OnnxModelWriter.Ints("classlabels_int64s", labels.Length > 0 ? labels : [0, 1]) : OnnxModelWriter.OneInt("n_targets", targets),
        ];
        var writer = new OnnxModelWriter().Input("m", OnnxModelWriter.Float, -1, 1)
            .Node(op, "ai.onnx.ml", ["m"], isClassifier ? ["label", "p"] : ["y"], attributes);
        return (isClassifier ? writer.Output("label", OnnxModelWriter.Int64, -1).Output("p", OnnxModelWriter.Float, -1, 2)
            : writer.Output("y", OnnxModelWriter.Float, -1, targets)).ToArray();
    }

    private static byte[] Ensemble(long transform, long targets) => new OnnxModelWriter(5, 21).Input("m", OnnxModelWriter.Float, -1, 1)
        .Node("TreeEnsemble", "ai.onnx.ml", ["m"], ["y"], OnnxModelWriter.Ints("tree_roots", [0]), OnnxModelWriter.Ints("nodes_featureids", [0]),
            OnnxModelWriter.OneTensor("nodes_splits", OnnxModelWriter.Tensor("s", [0f], [1])),
            OnnxModelWriter.OneTensor("nodes_modes", OnnxModelWriter.ByteTensor("o", [0])), OnnxModelWriter.Ints("nodes_truenodeids", [0]),
            OnnxModelWriter.Ints("nodes_falsenodeids", [1]), OnnxModelWriter.Ints("nodes_trueleafs", [1]), OnnxModelWriter.Ints("nodes_falseleafs", [1]),
            OnnxModelWriter.Ints("nodes_missing_value_tracks_true", [0]), OnnxModelWriter.Ints("leaf_targetids", [0, targets - 1]),
            OnnxModelWriter.OneTensor("leaf_weights", OnnxModelWriter.Tensor("w", [-10f, 10f], [2])), OnnxModelWriter.OneInt("n_targets", targets),
            OnnxModelWriter.OneInt("aggregate_function", 1), OnnxModelWriter.OneInt("post_transform", transform))
        .Output("y", OnnxModelWriter.Float, -1, targets).ToArray();

    private static UnitPredictions Score(LoadedModel model, params float[] values)
    {
        using var matrix = new FeatureMatrix(1, values.Length) { Rows = values.Length };
        values.CopyTo(matrix.Column(0));
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(model.Outputs.Count, values.Length);
        executor.Score(matrix, block);
        return block;
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("onnx")]
    public void Regressor_OfOneTargetWithLogistic_GivesSumsAndSaysSo(string engine)
    {
        using var model = Open(Stump("TreeEnsembleRegressor", "LOGISTIC", [(0, -10)], [(0, 10)]), engine);
        Assert.Equal([-10f, 10f], Score(model, -1, 1).Column(0).ToArray());
        Assert.Contains("TreeEnsembleRegressor: ONNX Runtime leaves LOGISTIC out", Assert.Single(LabelProbe.CaveatsOf(model)), StringComparison.Ordinal);
        Assert.Contains("1 / (1 + exp(-sum))", model.Caveats.Scores[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, "leaves LOGISTIC out")]
    [InlineData(1, 1, "leaves SOFTMAX out")]
    [InlineData(2, 2, "reads post_transform 2 as SOFTMAX; in the specification it is LOGISTIC")]
    [InlineData(1, 2, "reads post_transform 1 as LOGISTIC; in the specification it is SOFTMAX")]
    [InlineData(0, 2, null)]
    public void Ensemble_OfTheNewOperator_SaysWhatTheNumberOfItsTransformMeans(long transform, long targets, string? expected)
    {
        using var model = Open(Ensemble(transform, targets), "auto");
        var caveats = LabelProbe.CaveatsOf(model);
        Assert.Equal(expected is not null, caveats.Count > 0);
        Assert.Contains(expected ?? "", string.Join(' ', caveats), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("onnx")]
    public void Classifier_WithWeightsOfBothClasses_HasTheConfidenceOfItsLabelAndSaysSo(string engine)
    {
        using var model = Open(Stump("TreeEnsembleClassifier", "NONE", [(0, 0.9f), (1, 0.1f)], [(0, 0.2f), (1, 0.8f)]), engine);
        var block = Score(model, -1, 1);
        Assert.Equal([1f, 1f], block.Column(0).ToArray()); // ONNX Runtime's labels; class 0 would have 0.9
        Assert.Equal([0.1f, 0.8f], block.Confidence.ToArray());
        Assert.Equal(1, block.LabelsBesideTheLargest);
        var caveat = Assert.Single(LabelProbe.CaveatsOf(model));
        Assert.Matches(@"^In \d+ of \d+ made-up rows the label is not the class of the largest probability", caveat);
        Assert.Contains("TreeEnsembleClassifier: of two classes with weights of both", caveat, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("onnx")]
    public void Classifier_WhoseLabelIsNoneOfItsClasses_HasNoConfidenceAndSaysSo(string engine)
    {
        using var model = Open(Stump("TreeEnsembleClassifier", "NONE", [(0, 0.9f), (1, 0.1f)], [(0, 0.2f), (1, 0.8f)], true, 1, 5, 7), engine);
        var block = Score(model, -1, 1);
        Assert.Equal([1f, 1f], block.Column(0).ToArray());
        Assert.Equal([float.NaN, float.NaN], block.Confidence.ToArray());
        Assert.Contains("gives the labels 0 and 1; the specification would give the model's own, 5 and 7", model.Caveats.Scores[0], StringComparison.Ordinal);
    }

    /// <summary>ML.NET gives a key of the true label as an output, before the label that it predicts.</summary>
    [Fact]
    public void Confidence_OfAModelThatAlsoGivesTheTrueLabel_IsThatOfThePredictedOne()
    {
        using var file = new TemporaryModel(new OnnxModelWriter()
            .Constant("w", [1f, -1f], 1, 2)
            .Input("true", OnnxModelWriter.Int64, -1, 1).Input("x", OnnxModelWriter.Float, -1, 1)
            .Node("Abs", "", ["true"], ["true.output"])
            .Node("MatMul", "", ["x", "w"], ["z"]).Node("Softmax", "", ["z"], ["p"], OnnxModelWriter.OneInt("axis", 1))
            .Node("ArgMax", "", ["p"], ["label"], OnnxModelWriter.OneInt("axis", 1), OnnxModelWriter.OneInt("keepdims", 0))
            .Node("ZipMap", "ai.onnx.ml", ["p"], ["maps"], OnnxModelWriter.Ints("classlabels_int64s", [0, 1]))
            .Output("true.output", OnnxModelWriter.Int64, -1, 1).Output("label", OnnxModelWriter.Int64, -1).Output("p", OnnxModelWriter.Float, -1, 2)
            .MapsOutput("maps").ToArray());
        using var model = ExecutorFactory.Open(file.Path, ["true", "x"]);
        using var executor = model.CreateExecutor();
        using var rows = new FeatureMatrix(model.WantedStorage!, 2) { Rows = 2 };
        rows.IntegerColumn(0).Fill(1);
        rows.SetPresent(0, [1, 1], hasMissing: false);
        rows.Column(1)[0] = 2;
        rows.Column(1)[1] = -2;
        var block = new UnitPredictions(model.Outputs.Count, 2);
        executor.Score(rows, block);
        Assert.Equal(0, block.LabelsBesideTheLargest);
        Assert.All(block.Confidence.ToArray(), c => Assert.InRange(c, 0.9f, 1f));
    }

    [Fact]
    public void Classifier_WithWeightsOfTheSecondClassOnly_SaysWhatTheSpecificationWouldGive()
    {
        using var model = Open(Stump("TreeEnsembleClassifier", "LOGISTIC", [(1, 0.3f)], [(1, 0.3f)]), "auto");
        Assert.Contains(LabelProbe.CaveatsOf(model), c => c.Contains("weights of the second class only", StringComparison.Ordinal)
            && c.Contains("1 / (1 + exp(-sum))", StringComparison.Ordinal));
    }

    [Fact]
    public void Classifier_WithWeightsOfOneClassAndSoftmax_SaysThatItIsLeftOut()
    {
        using var model = Open(Stump("TreeEnsembleClassifier", "SOFTMAX", [(0, -1f)], [(0, 1f)]), "auto");
        Assert.Contains("leaves SOFTMAX out", Assert.Single(model.Caveats.Scores), StringComparison.Ordinal);
    }

    [Fact]
    public void Forest_WithoutARuleForMissingValues_SaysWhereTheyGo()
    {
        using var model = Open(Stump("TreeEnsembleRegressor", "NONE", [(0, 1)], [(0, 2)], missingRule: false), "auto");
        Assert.Contains("no rule for missing values", Assert.Single(LabelProbe.CaveatsOf(model)), StringComparison.Ordinal);
    }

    [Fact]
    public void Forest_ScoredAsTheSpecificationSays_HasNothingToSay()
    {
        using var regressor = Open(Stump("TreeEnsembleRegressor", "NONE", [(0, 1)], [(0, 2)]), "auto");
        using var classifier = Open(Stump("TreeEnsembleClassifier", "LOGISTIC", [(0, -1)], [(0, 2)]), "auto");
        Assert.Empty(LabelProbe.CaveatsOf(regressor));
        Assert.Empty(LabelProbe.CaveatsOf(classifier));
    }
}
