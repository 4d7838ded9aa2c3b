using BatchEngine.Domain;
using BatchEngine.Scorer.Execution.Graphs;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Graphs;

public sealed class OnnxGraphTests
{
    private static byte[] SmallModel() => new OnnxModelWriter()
        .Constant("w", [0.5f, -2f], 2, 1)
        .Constant("axes", [1, -3], 2)
        .Input("x", OnnxModelWriter.Float, -1, 2)
        .Node("Gemm", "", ["x", "w"], ["z"], OnnxModelWriter.OneFloat("alpha", 1.5f), OnnxModelWriter.OneInt("transB", 0))
        .Node("ZipMap", "ai.onnx.ml", ["z"], ["m"], OnnxModelWriter.Texts("classlabels_strings", ["no", "yes"]))
        .Output("z", OnnxModelWriter.Float, -1, 1)
        .ToArray();

    [Fact]
    public void Graph_OfASmallModel_HasItsNodesConstantsAndShapes()
    {
        var graph = OnnxGraph.Read(SmallModel(), "m.onnx");
        Assert.Equal(["Gemm", "ZipMap"], graph.Nodes.Select(n => n.OpType));
        Assert.Equal(1.5f, graph.Nodes[0].Float("alpha", 0));
        Assert.Equal([0.5f, -2f], graph.Initializers["w"].ToFloats());
        Assert.Equal([1L, -3L], graph.Initializers["axes"].ToIntegers());
        Assert.Equal([-1L, 2L], graph.Inputs.Single().Shape!);
        Assert.Equal(3, graph.OpsetImports["ai.onnx.ml"]);
        Assert.Equal("Gemm", graph.ProducerOf("z")!.OpType);
        Assert.Equal(["no", "yes"], ClassLabels.Of(graph).Names);
    }

    [Fact]
    public void Graph_WithPackedAttributes_ReadsThemLikeUnpackedOnes()
    {
        var packed = new OnnxBytes().Text(1, "v").PackedFloats(7, [1f, 2f]).PackedInts(8, [3, -4]);
        var graph = OnnxGraph.Read(new OnnxModelWriter().Node("X", "", [], ["y"], packed).ToArray(), "m.onnx");
        Assert.Equal([1f, 2f], graph.Nodes[0].Floats("v"));
        Assert.Equal([3L, -4L], graph.Nodes[0].Ints("v"));
    }

    [Fact]
    public void Graph_CutShortAnywhere_IsABadInputOrASmallerGraphButNeverAnotherFailure()
    {
        var whole = SmallModel();
        for (var length = 0; length < whole.Length; length++)
        {
            try
            {
                OnnxGraph.Read(whole[..length], "m.onnx");
            }
            catch (BadInputException refusal)
            {
                Assert.Contains("m.onnx", refusal.Message, StringComparison.Ordinal);
            }
        }
        Assert.Throws<BadInputException>(() => OnnxGraph.Read(whole[..^3], "m.onnx"));
    }

    [Fact]
    public void Graph_WithDamagedBytes_NeverFailsInAnotherWay()
    {
        var whole = SmallModel();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).List[1, 4].Sample(changes =>
        {
            var bytes = (byte[])whole.Clone();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            try
            {
                OnnxGraph.Read(bytes, "m.onnx");
            }
            catch (BadInputException)
            {
            }
        }, iter: 20_000);
    }

    [Fact]
    public void Graph_OfTextThatIsNoModel_IsABadInput() =>
        Assert.Throws<BadInputException>(() => OnnxGraph.Read("name: churn\n"u8.ToArray(), "job.yaml"));

    [Fact]
    public void Constant_WhoseShapeAsksForMoreElements_IsABadInput()
    {
        var model = new OnnxModelWriter().Constant("w", [1f, 2f], 3).ToArray();
        Assert.Contains("shape asks for 3", Assert.Throws<BadInputException>(() => OnnxGraph.Read(model, "m.onnx")).Message, StringComparison.Ordinal);
    }
}
