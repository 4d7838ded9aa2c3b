using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Generating;

namespace BatchEngine.Host.Tests.Configuration.Generating;

/// <summary>What is made from the descriptions of the keys is what is tracked.</summary>
public sealed class GeneratedFilesTests
{
    public static TheoryData<string> Paths() => [.. GeneratedFiles.All.Select(f => f.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void File_AsItIsTracked_IsWhatTheDescriptionsMake(string path)
    {
        var tracked = File.ReadAllText(Path.Combine(Repository.Root, path));
        var made = GeneratedFiles.All.Single(f => f.Path == path).Make(tracked);
        Assert.True(made == tracked, $"{path} is not what the descriptions of the keys make. Run: {GeneratedFiles.Command}");
    }

    [Fact]
    public void File_WithAnotherText_IsFound() =>
        Assert.NotEqual("{}", GeneratedFiles.All.Single(f => f.Path == "config/job.schema.json").Make("{}"));

    [Fact]
    public void Document_WithoutThePlaceOfATable_IsRefused() =>
        Assert.Contains("no place for 'steps'", Assert.Throws<BadInputException>(() =>
            GeneratedFile.WithParts("a.md", ("steps", () => "")).Make("# Features\n<!-- made: others -->\n<!-- end -->\n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("config/job.schema.json")]
    [InlineData("config/features.schema.json")]
    [InlineData("config/batchengine.schema.json")]
    [InlineData("config/prices.schema.json")]
    public void Schema_References_LeadSomewhere(string path)
    {
        foreach (var reference in References(Read(path)))
        {
            var (file, at) = (reference.Split('#')[0], reference.Split('#')[1]);
            var target = at.Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Aggregate((JsonNode?)Read(file.Length == 0 ? path : "config/" + file), (node, part) => node?[part]);
            Assert.True(target is not null, $"{path}: {reference} leads nowhere");
        }
    }

    [Fact]
    public void JobSchema_RefersToTheFeaturesInsteadOfRepeatingThem()
    {
        var schema = Read("config/job.schema.json");
        Assert.Contains("features.schema.json#/$defs/feature", References(schema));
        Assert.Null(schema["$defs"]);
    }

    private static JsonNode Read(string path) => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, path)))!;

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject section => section.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
