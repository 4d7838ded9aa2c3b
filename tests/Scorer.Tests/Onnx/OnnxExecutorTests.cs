using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Features;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Onnx;

public sealed class OnnxExecutorTests
{
    private static readonly string[] s_abc = ["a", "b", "c"];
    private static readonly ExecutorOptions s_onnx = ExecutorOptions.Default with { Engine = "onnx" };

    [Theory]
    [InlineData("linear", 0)]
    [InlineData("linear", 1)]
    [InlineData("linear", 2)]
    [InlineData("linear_double", 2)]
    [InlineData("linear_of_four", 0)]
    public void Matrix_ScoredInSubBatches_GivesEachRowItsOwnResult(string name, int subBatchRows)
    {
        using var model = ExecutorFactory.Open(Fixture.Path(name), s_abc, s_onnx with { SubBatchRows = subBatchRows });
        var rows = Enumerable.Range(0, 7).Select(i => new float[] { i, 2 * i, 3 * i }).ToArray();
        var (outputs, _) = Fixture.Score(model, rows);
        Assert.Equal([.. Enumerable.Range(0, 7).Select(i => (321f * i) + 0.5f)], outputs[0]);
        Assert.Equal("y", Assert.Single(model.Outputs).Name);
        Assert.False(model.GivesConfidence);
    }

    [Fact]
    public void Executor_ReusedForSmallerAndLargerBatches_KeepsNothingOfEarlierOnes()
    {
        using var model = ExecutorFactory.Open(Fixture.Path("linear"), s_abc, s_onnx with { SubBatchRows = 4 });
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(1, 0);
        foreach (var count in new[] { 9, 1, 4, 13, 3, 3, 0, 5 })
        {
            using var matrix = new FeatureMatrix(3, Math.Max(1, count)) { Rows = count };
            for (var row = 0; row < count; row++)
                matrix.Column(0)[row] = row;
            executor.Score(matrix, block);
            Assert.Equal([.. Enumerable.Range(0, count).Select(i => i + 0.5f)], block.Column(0).ToArray());
        }
    }

    [Fact]
    public void DoubleMatrix_GivenDoubles_IsNotRoundedToFloats()
    {
        using var model = ExecutorFactory.Open(Fixture.Path("linear_double"), s_abc, s_onnx);
        using var matrix = new FeatureMatrix(model.WantedStorage!, 1) { Rows = 1 };
        matrix.DoubleColumn(0)[0] = 16_777_217.0; // 2^24 + 1, no float
        matrix.DoubleColumn(1)[0] = -1_677_721.6;
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(1, 1);
        executor.Score(matrix, block);
        Assert.Equal(1.5f, block.Column(0)[0]);
    }

    [Fact]
    public void SingleProbability_GivesTheLargerSideAsConfidence()
    {
        using var model = ExecutorFactory.Open(Fixture.Path("sigmoid"), s_abc, s_onnx);
        var (outputs, confidence) = Fixture.Score(model, [-2000, 0, 0], [0, 0, 0], [2000, 0, 0]);
        Assert.True(model.GivesConfidence);
        Assert.Equal(0.5f, outputs[0][1], 1e-6f);
        Assert.Equal(1f, confidence[0], 1e-4f);
        Assert.Equal(0.5f, confidence[1], 1e-6f);
        Assert.Equal(1f, confidence[2], 1e-4f);
    }

    [Theory]
    [InlineData("classes_int", "probabilities_0", 0, 2)]
    [InlineData("classes_text", "probabilities_0", 0, 2)]
    [InlineData("classes_map_text", "probabilities_cat", 0, 2)]
    [InlineData("classes_map_int", "probabilities_7", 7, 9)]
    public void Classifier_GivesLabelProbabilitiesAndConfidence(string name, string firstProbability, float firstLabel, float lastLabel)
    {
        using var model = ExecutorFactory.Open(Fixture.Path(name), s_abc, s_onnx);
        var (outputs, confidence) = Fixture.Score(model, [5, 0, 0], [0, 0, 3]);
        Assert.Equal(4, outputs.Length);
        Assert.Equal("label", model.Outputs[0].Name);
        Assert.Equal(firstProbability, model.Outputs[1].Name);
        Assert.Equal([firstLabel, lastLabel], outputs[0]);
        Assert.Equal(name.EndsWith("text", StringComparison.Ordinal) ? ["cat", "dog", "owl"] : [], model.Outputs[0].Labels);
        var expected = Math.Exp(5) / (Math.Exp(5) + 2);
        Assert.Equal((float)expected, outputs[1][0], 1e-5f);
        Assert.True(model.GivesConfidence);
        Assert.Equal(outputs[1][0], confidence[0]);
        Assert.Equal(outputs[3][1], confidence[1]);
    }

    [Fact]
    public void ManyOutputs_AreSpreadByName()
    {
        using var model = ExecutorFactory.Open(Fixture.Path("many_outputs"), s_abc, s_onnx with { Outputs = ["top", "copy", "y"] });
        var (outputs, _) = Fixture.Score(model, [1, 7, 3], [9, 5, 6]);
        Assert.Equal(["y", "copy_0", "copy_1", "copy_2", "top"], model.Outputs.Select(o => o.Name));
        Assert.Equal([7f, 5f], outputs[2]);
        Assert.Equal([1f, 0f], outputs[4]);
    }

    [Fact]
    public void InputPerColumn_OfEveryType_IsFedByName()
    {
        string[] names = ["f", "e", "d", "c", "b", "a"];
        using var model = ExecutorFactory.Open(Fixture.Path("columns"), names, s_onnx);
        Assert.Equal([FeatureStorage.Text, FeatureStorage.Float32, FeatureStorage.Int64, FeatureStorage.Int64, FeatureStorage.Float64, FeatureStorage.Float32],
            model.WantedStorage);
        InputColumn[] columns = [new("a", ColumnKind.Float, false, ""), new("b", ColumnKind.Double, false, ""), new("c", ColumnKind.Integer, false, ""),
            new("d", ColumnKind.Integer, false, ""), new("e", ColumnKind.Bool, false, ""), new("f", ColumnKind.Text, false, "")];
        var compiled = CompiledFeatures.Compile(FeatureSpec.AsIs(names), columns, model.WantedStorage);
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(6, 1);
        foreach (var (text, code) in new[] { ("red", 1f), ("blue", 2f), ("green", -1f) })
        {
            using var batch = SingleRowBatch.Of(
                new Dictionary<string, object?> { ["a"] = 1.5f, ["b"] = 2.5, ["c"] = 3L, ["d"] = 4L, ["e"] = true, ["f"] = text }, compiled.Sources);
            using var matrix = compiled.CreateMatrix(1);
            compiled.Transform(batch, matrix);
            executor.Score(matrix, block);
            Assert.Equal([1.5f, 2.5f, 3f, 4f, 1f, code], Enumerable.Range(0, 6).Select(i => block.Column(i)[0]));
        }
    }

    [Fact]
    public void Int64Input_BeyondFloats_StaysExact()
    {
        using var model = ExecutorFactory.Open(Fixture.Path("exact"), ["d"], s_onnx);
        var compiled = CompiledFeatures.Compile(FeatureSpec.AsIs(["d"]), [new("d", ColumnKind.Integer, false, "")], model.WantedStorage);
        using var batch = SingleRowBatch.Of(new Dictionary<string, object?> { ["d"] = (1L << 53) + 3 }, compiled.Sources);
        using var matrix = compiled.CreateMatrix(1);
        compiled.Transform(batch, matrix);
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(1, 1);
        executor.Score(matrix, block);
        Assert.Equal(3f, block.Column(0)[0]);
    }

    [Theory]
    [InlineData("stump", true)]
    [InlineData("linear", false)]
    [InlineData("sigmoid", false)]
    [InlineData("classes_int", false)]
    public void MissingValues_AreAcceptedByTreesOnly(string name, bool accepted)
    {
        using var model = ExecutorFactory.Open(Fixture.Path(name), s_abc, s_onnx);
        Assert.Equal(accepted, model.AcceptsMissing);
    }

    [Fact]
    public void Features_OfAnotherNumber_AreRefusedNamingBoth()
    {
        var failure = Assert.Throws<BadInputException>(() => ExecutorFactory.Open(Fixture.Path("linear"), ["a", "b"], s_onnx));
        Assert.Contains("a, b", failure.Message, StringComparison.Ordinal);
        Assert.Contains("3 features", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_OfOtherNames_AreRefusedNamingBothLists()
    {
        var failure = Assert.Throws<BadInputException>(() => ExecutorFactory.Open(Fixture.Path("columns"), ["a", "b", "c", "d", "e", "x"], s_onnx));
        Assert.Contains("a, b, c, d, e, x", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a, b, c, d, e, f", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelFile_MissingOrDamaged_IsNamed()
    {
        var missing = Assert.Throws<BadInputException>(() => ExecutorFactory.Open("/nowhere/m.onnx", s_abc));
        Assert.Contains("/nowhere/m.onnx", missing.Message, StringComparison.Ordinal);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, File.ReadAllBytes(Fixture.Path("linear"))[..60]);
            Assert.Contains(path, Assert.Throws<BadInputException>(() => ExecutorFactory.Open(path, s_abc, s_onnx)).Message, StringComparison.Ordinal);
            Assert.Throws<BadInputException>(() => ExecutorFactory.Inspect(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Inspect_TellsInputsAndOutputs()
    {
        var signature = ExecutorFactory.Inspect(Fixture.Path("classes_map_text"));
        Assert.True(signature.TakesOneMatrix);
        Assert.Equal("x float32[-1,3]", signature.Inputs[0].ToString());
        Assert.Equal([TensorElement.Text, TensorElement.SequenceOfMaps], signature.Outputs.Select(o => o.Element));
    }

    [Fact]
    public void UnknownEngine_IsRefusedWithTheNames()
    {
        var failure = Assert.Throws<BadInputException>(() => ExecutorFactory.Open(Fixture.Path("linear"), s_abc, s_onnx with { Engine = "abacus" }));
        Assert.Contains("'onnx'", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>16 is bfloat16: the upper half of a float.</summary>
    [Fact]
    public void Model_WithBfloat16Weights_IsOpenedAndScoredByTheRuntime()
    {
        byte[] weights = [.. new[] { 1f, 10f, 100f }.SelectMany(w => BitConverter.GetBytes(w)[2..])];
        using var file = new TemporaryModel(new OnnxModelWriter()
            .Constant(new OnnxBytes().PackedInts(1, [3, 1]).Int(2, 16).Raw(9, weights).Text(8, "w"))
            .Input("x", OnnxModelWriter.Float, -1, 3)
            .Node("Cast", "", ["w"], ["f"], OnnxModelWriter.OneInt("to", OnnxModelWriter.Float))
            .Node("MatMul", "", ["x", "f"], ["y"])
            .Output("y", OnnxModelWriter.Float, -1, 1).ToArray());
        using var model = ExecutorFactory.Open(file.Path, s_abc);
        var (outputs, _) = Fixture.Score(model, [1, 2, 3]);
        Assert.Equal([321f], outputs[0]);
    }
}
