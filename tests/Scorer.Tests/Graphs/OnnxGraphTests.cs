using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;
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
    public void Message_WithFieldsOfEveryUnknownKind_PassesOverThem()
    {
        var unknown = new OnnxBytes().Int(99, -1).Field(98, 1, 1, 2, 3, 4, 5, 6, 7, 8).Float(97, 2).Text(96, "x").Field(95, 3).Int(1, 5).Field(94, 3)
            .Field(94, 4).Field(95, 4).Text(1, "v").Int(8, 3).Int(8, -4).Int(3, 9).Int(8, 5);
        var attribute = OnnxGraph.Read(new OnnxModelWriter().Node("X", "", [], ["y"], unknown).ToArray(), "m.onnx").Nodes[0].Attribute("v")!;
        Assert.Equal([3L, -4L, 5L], attribute.Ints);
        Assert.Equal(9, attribute.Int);
    }

    [Theory]
    [InlineData(8, 0, "malformed varint", 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)]
    [InlineData(8, 0, "ended unexpectedly in the middle of a field", 0xFF)]
    [InlineData(7, 5, "ended unexpectedly in the middle of a field", 1, 2)]
    [InlineData(8, 2, "is 9 bytes long, but its message ends after 1", 9, 1)]
    [InlineData(99, 3, "ended unexpectedly in the middle of a field")]
    [InlineData(99, 4, "start-group was missing")]
    [InlineData(99, 7, "no known kind")]
    [InlineData(3, 5, "is written as Fixed32, not as Varint", 1, 2, 3, 4)]
    public void Message_WithADamagedField_IsABadInputThatSaysWhatIsWrong(int field, int kind, string expected, params int[] value)
    {
        var damaged = new OnnxBytes().Text(1, "v").Field(field, kind, [.. value.Select(v => (byte)v)]);
        var model = new OnnxModelWriter().Node("X", "", [], ["y"], damaged).ToArray();
        Assert.Contains(expected, Assert.Throws<BadInputException>(() => OnnxGraph.Read(model, "m.onnx")).Message, StringComparison.Ordinal);
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

    /// <summary>The numbers that the format gives its newer types; the raw bytes are as many as its rules ask for.</summary>
    [Theory]
    [InlineData(16, 3, 6)] // bfloat16
    [InlineData(17, 3, 3)] // float8e4m3fn
    [InlineData(20, 3, 3)] // float8e5m2fnuz
    [InlineData(22, 3, 2)] // int4, two a byte
    [InlineData(23, 4, 1)] // four a byte, perhaps, some day
    [InlineData(99, 3, 5)]
    public void Constant_OfATypeThatOnlyTheRuntimeReads_IsLeftToIt(int element, long length, int bytes)
    {
        var tensor = new OnnxBytes().PackedInts(1, [length]).Int(2, element).Raw(9, new byte[bytes]).Text(8, "w");
        var inAttribute = OnnxModelWriter.OneTensor("value", tensor);
        var model = new OnnxModelWriter().Constant(tensor).Node("Constant", "", [], ["y"], inAttribute).ToArray();
        var graph = OnnxGraph.Read(model, "m.onnx");
        Assert.False(graph.Initializers["w"].HasNumbers);
        Assert.Empty(graph.Initializers["w"].ToNumbers());
    }

    [Fact]
    public void Constant_InTypedFields_IsReadLikeRawBytes()
    {
        var model = new OnnxModelWriter()
            .Constant(new OnnxBytes().PackedInts(1, [3]).Int(2, OnnxModelWriter.Int64).PackedInts(7, [1, -3, long.MaxValue]).Text(8, "packed"))
            .Constant(new OnnxBytes().PackedInts(1, [2]).Int(2, OnnxModelWriter.Int64).Int(7, 5).Int(7, -1).Text(8, "single"))
            .Constant(new OnnxBytes().PackedInts(1, [2]).Int(2, OnnxModelWriter.Float).Float(4, 0.5f).Float(4, -2).Text(8, "floats"))
            .Constant(new OnnxBytes().PackedInts(1, [1]).Int(2, 10).PackedInts(5, [BitConverter.HalfToUInt16Bits((Half)1.5)]).Text(8, "half"))
            .ToArray();
        var constants = OnnxGraph.Read(model, "m.onnx").Initializers;
        Assert.Equal([1, -3], constants["packed"].ToNumbers()[..2]);
        Assert.Equal([5L, -1L], constants["single"].ToIntegers());
        Assert.Equal([0.5f, -2f], constants["floats"].ToFloats());
        Assert.Equal([1.5f], constants["half"].ToFloats());
    }

    [Theory]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 })]
    public void Constant_WithADamagedRunOfIntegers_IsABadInput(byte[] run)
    {
        var model = new OnnxModelWriter().Constant(new OnnxBytes().PackedInts(1, [1]).Int(2, OnnxModelWriter.Int64).Raw(7, run).Text(8, "w")).ToArray();
        Assert.Throws<BadInputException>(() => OnnxGraph.Read(model, "m.onnx"));
    }
}
