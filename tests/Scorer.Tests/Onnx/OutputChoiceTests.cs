using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Onnx;

/// <summary>Outputs that only pass inputs on, as ML.NET's exporter adds them, and those that a person chooses.</summary>
public sealed class OutputChoiceTests : IDisposable
{
    private const int UInt32 = 12;

    // "label" and "kind" reach no output that says something about a row; "kind" is a text whose code nobody can read as a label.
    private readonly TemporaryModel _file = new(new OnnxModelWriter()
        .Input("a", OnnxModelWriter.Float, -1, 1).Input("label", OnnxModelWriter.Float, -1, 1).Input("kind", OnnxModelWriter.String, -1, 1)
        .Node("Neg", "", ["a"], ["score"])
        .Node("Identity", "", ["label"], ["label.output"])
        .Node("Identity", "", ["kind"], ["kind.output"])
        .Node("LabelEncoder", "ai.onnx.ml", ["kind"], ["code"], OnnxModelWriter.Texts("keys_strings", ["x"]), OnnxModelWriter.Ints("values_int64s", [1]))
        .Node("Cast", "", ["code"], ["key.output"], OnnxModelWriter.OneInt("to", UInt32))
        .Node("Abs", "", ["label"], ["size"])
        .Output("label.output", OnnxModelWriter.Float, -1, 1).Output("kind.output", OnnxModelWriter.String, -1, 1).Output("key.output", UInt32, -1, 1)
        .Output("score", OnnxModelWriter.Float, -1, 1).Output("size", OnnxModelWriter.Float, -1, 1).ToArray());

    [Fact]
    public void Outputs_ThatOnlyPassInputsOn_AreLeftOutWithTheirInputs()
    {
        using var model = ExecutorFactory.Open(_file.Path, ["a", "label"]);
        Assert.Equal(["score", "size"], model.Outputs.Select(o => o.Name));
        Assert.Equal(["label.output", "kind.output", "key.output"], model.LeftOut);
        Assert.Equal(["a", "label"], model.Signature.Inputs.Select(i => i.Name));
        Assert.Equal([[-1f], [2f]], Fixture.Score(model, [1, -2]).Outputs);
    }

    [Fact]
    public void Outputs_ThatAreAskedFor_AreKeptWithTheInputsThatTheyNeed()
    {
        Assert.Equal(["a"], ExecutorFactory.Inspect(_file.Path, ["score"]).Inputs.Select(i => i.Name));
        using var model = ExecutorFactory.Open(_file.Path, ["a", "label"], ExecutorOptions.Default with { Outputs = ["score", "label.output"] });
        Assert.Equal(["label.output", "score"], model.Outputs.Select(o => o.Name));
        Assert.Empty(model.LeftOut);
        Assert.Equal([[-2f], [-1f]], Fixture.Score(model, [1, -2]).Outputs);
    }

    [Fact]
    public void Output_ThatIsNotThere_IsRefusedWithTheNearest()
    {
        var failure = Assert.Throws<BadInputException>(() => ExecutorFactory.Inspect(_file.Path, ["scor"]));
        Assert.Contains("Did you mean 'score'?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("label.output, kind.output, key.output, score, size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_OfAnotherNameThatArrangesAnInput_IsKept()
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 1).Node("Neg", "", ["x"], ["score"])
            .Node("Cast", "", ["x"], ["label"], OnnxModelWriter.OneInt("to", OnnxModelWriter.Int64))
            .Output("label", OnnxModelWriter.Int64, -1, 1).Output("score", OnnxModelWriter.Float, -1, 1).ToArray());
        using var model = ExecutorFactory.Open(file.Path, ["x"]);
        Assert.Contains("label", model.Outputs.Select(o => o.Name));
        Assert.Empty(model.LeftOut);
    }

    [Fact]
    public void Model_WhoseOutputsAllPassOn_KeepsThem()
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 2).Node("Identity", "", ["x"], ["y"])
            .Output("y", OnnxModelWriter.Float, -1, 2).ToArray());
        using var model = ExecutorFactory.Open(file.Path, ["a", "b"]);
        Assert.Equal(["y_0", "y_1"], model.Outputs.Select(o => o.Name));
        Assert.Empty(model.LeftOut);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
