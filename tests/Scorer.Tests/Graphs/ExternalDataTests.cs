using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.Graphs;

public sealed class ExternalDataTests
{
    private static OnnxBytes Elsewhere(string? location, string name = "w")
    {
        var tensor = new OnnxBytes().PackedInts(1, [2]).Int(2, OnnxModelWriter.Float).Text(8, name);
        if (location is not null)
            tensor.Message(13, Entry("location", location)).Message(13, Entry("offset", "0"));
        return tensor.Int(14, 1);
    }

    private static OnnxBytes Entry(string key, string value) => new OnnxBytes().Text(1, key).Text(2, value);

    private static OnnxBytes Attribute(int field, OnnxBytes value) => new OnnxBytes().Text(1, "a").Message(field, value);

    private static OnnxBytes Node(OnnxBytes attribute) => new OnnxBytes().Text(1, "x").Text(2, "y").Text(4, "If").Message(5, attribute);

    private static byte[] Model(OnnxBytes graph, OnnxBytes? function = null)
    {
        var model = new OnnxBytes().Int(1, 8).Message(8, new OnnxBytes().Text(1, "").Int(2, 15)).Message(7, graph);
        return (function is null ? model : model.Message(25, function)).ToArray();
    }

    public static TheoryData<string, byte[]> EveryPlace() => new()
    {
        { "constant of the graph", Model(new OnnxBytes().Message(5, Elsewhere("w.bin"))) },
        { "sparse constant, values", Model(new OnnxBytes().Message(15, new OnnxBytes().Message(1, Elsewhere("w.bin")))) },
        { "sparse constant, indices", Model(new OnnxBytes().Message(15, new OnnxBytes().Message(2, Elsewhere("w.bin")))) },
        { "attribute", Model(new OnnxBytes().Message(1, Node(Attribute(5, Elsewhere("w.bin"))))) },
        { "list of an attribute", Model(new OnnxBytes().Message(1, Node(Attribute(10, Elsewhere("w.bin"))))) },
        { "sparse attribute", Model(new OnnxBytes().Message(1, Node(Attribute(22, new OnnxBytes().Message(1, Elsewhere("w.bin")))))) },
        { "branch of an If", Model(new OnnxBytes().Message(1, Node(Attribute(6, new OnnxBytes().Message(5, Elsewhere("w.bin")))))) },
        { "one of several branches", Model(new OnnxBytes().Message(1, Node(Attribute(11, new OnnxBytes().Message(5, Elsewhere("w.bin")))))) },
        { "attribute inside a branch", Model(new OnnxBytes().Message(1, Node(Attribute(6, new OnnxBytes().Message(1,
            Node(Attribute(5, Elsewhere("w.bin")))))))) },
        { "operator of the model", Model(new OnnxBytes(), new OnnxBytes().Text(1, "f").Message(7, Node(Attribute(5, Elsewhere("w.bin"))))) },
    };

    [Theory]
    [MemberData(nameof(EveryPlace))]
    public void Graph_WithAConstantElsewhere_NamesItsFile(string place, byte[] model)
    {
        Assert.True(OnnxGraph.Read(model, "m.onnx").WeightFiles is ["w.bin"], place);
    }

    [Fact]
    public void Graph_WithItsConstantsInside_NamesNoFile()
    {
        var inside = new OnnxBytes().PackedInts(1, [1]).Int(2, OnnxModelWriter.Float).PackedFloats(4, [1f]).Text(8, "w").Message(13, Entry("location", "old"));
        Assert.Empty(OnnxGraph.Read(Model(new OnnxBytes().Message(5, inside)), "m.onnx").WeightFiles);
    }

    [Fact]
    public void Graph_WithAConstantElsewhereThatDoesNotSayWhere_IsABadInput() =>
        Assert.Contains("no file is named",
            Assert.Throws<BadInputException>(() => OnnxGraph.Read(Model(new OnnxBytes().Message(5, Elsewhere(null))), "m.onnx")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Graph_NestedWithoutEnd_IsABadInput()
    {
        var graph = new OnnxBytes();
        for (var depth = 0; depth < 200; depth++)
            graph = new OnnxBytes().Message(1, Node(Attribute(6, graph)));
        Assert.Contains("nested", Assert.Throws<BadInputException>(() => OnnxGraph.Read(Model(graph), "m.onnx")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("../w.bin")]
    [InlineData("sub/../../w.bin")]
    [InlineData("..\\w.bin")]
    [InlineData("")]
    [InlineData("missing.bin")]
    public void File_ThatNamesWeightsOutsideOfItsFolder_IsRefusedByName(string location)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("models"));
        File.WriteAllBytes(folder.File("w.bin"), new byte[8]);
        File.WriteAllBytes(folder.File("models/m.onnx"), Model(new OnnxBytes().Message(5, Elsewhere(location))));
        Assert.Contains($"'{location}'",
            Assert.Throws<BadInputException>(() => OnnxGraph.ReadFile(folder.File("models/m.onnx"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("w.bin", "w.bin")]
    [InlineData("sub", "sub/w.bin")]
    public void File_WhoseWeightsAreReachedThroughALink_IsRefused(string link, string location)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("models"));
        Directory.CreateDirectory(folder.File("elsewhere"));
        File.WriteAllBytes(folder.File("elsewhere/w.bin"), new byte[8]);
        File.CreateSymbolicLink(folder.File($"models/{link}"), folder.File(link == location ? "elsewhere/w.bin" : "elsewhere"));
        File.WriteAllBytes(folder.File("models/m.onnx"), Model(new OnnxBytes().Message(5, Elsewhere(location))));
        Assert.Contains("link", Assert.Throws<BadInputException>(() => OnnxGraph.ReadFile(folder.File("models/m.onnx"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_OfAModelWithWeights_ChangesWithEachOfItsFiles()
    {
        using var folder = new TemporaryFolder();
        var model = Model(new OnnxBytes().Message(5, Elsewhere("a.bin", "a")).Message(5, Elsewhere("sub/b.bin", "b")));
        Directory.CreateDirectory(folder.File("sub"));
        File.WriteAllBytes(folder.File("m.onnx"), model);
        File.WriteAllBytes(folder.File("a.bin"), new byte[8]);
        File.WriteAllBytes(folder.File("sub/b.bin"), new byte[8]);
        var first = ModelContent.Of(folder.File("m.onnx"));
        Assert.Equal(model.Length + 16, first.Bytes);
        var digest = first.Digest;
        File.WriteAllBytes(folder.File("sub/b.bin"), [1, .. new byte[7]]);
        var second = ModelContent.Of(folder.File("m.onnx")).Digest;
        File.WriteAllBytes(folder.File("a.bin"), [1, .. new byte[7]]);
        Assert.Equal(4, new HashSet<Digest> { Digest.Of(model), digest, second, ModelContent.Of(folder.File("m.onnx")).Digest }.Count);
    }

    [Fact]
    public void Content_OfAModelInOneFile_KeepsTheDigestOfItsBytes()
    {
        using var folder = new TemporaryFolder();
        var model = new OnnxModelWriter().Constant("w", [1f], 1).ToArray();
        File.WriteAllBytes(folder.File("m.onnx"), model);
        Assert.Equal(Digest.Of(model), ModelContent.Of(folder.File("m.onnx")).Digest);
    }
}
