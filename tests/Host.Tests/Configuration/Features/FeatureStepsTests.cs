using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Scorer.Features;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Host.Tests.Configuration.Features;

/// <summary>Walks every step: whoever adds one without its reader, schema, row in the documents or arithmetic fails here.</summary>
public sealed class FeatureStepsTests
{
    public static TheoryData<string> Words() => [.. FeatureSteps.Words];

    [Theory]
    [MemberData(nameof(Words))]
    public void Step_AsItsExampleIsWritten_ReadsStoresAndCompiles(string word)
    {
        var spec = Read(Step(word).Example);
        var step = Assert.Single(spec.Columns[0].Steps);
        var stored = StoredJson.Read<FeatureSpec>(StoredJson.Write(spec), "here");
        Assert.Equal(spec.ContentHash, stored.ContentHash);
        if (step is not FeatureTransform.ImputeMean)
        {
            var column = new InputColumn("s", step.WantedColumn() ?? ColumnKind.Double, IsNullable: true, "a test");
            Assert.Equal(spec.FeatureNames, CompiledFeatures.Compile(spec, [column]).FeatureNames);
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Step_WithAMisspeltWord_IsTheNearest(string word)
    {
        var refused = Assert.Throws<BadInputException>(() => Read($"{word}x: 1"));
        Assert.Contains($"Did you mean '{word}'?", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Step_StandsInSchemaAndDocument(string word)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "config/features.schema.json")))!;
        Assert.Contains(schema["$defs"]!["step"]!["oneOf"]!.AsArray(),
            s => s!["const"]?.GetValue<string>() == word || s["properties"]?[word] is not null);
        Assert.Contains($"| `{Step(word).Example}` |", File.ReadAllText(Path.Combine(Repository.Root, "docs/features.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTransform_IsMadeByAStep()
    {
        var made = FeatureSteps.All.SelectMany(s => Read(s.Example).Columns[0].Steps).Concat(Read("impute: 0").Columns[0].Steps).Select(s => s.GetType());
        Assert.Equal(typeof(FeatureTransform).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
            made.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryTransform_HasWordsAndACanonicalTextOfItsOwn()
    {
        var steps = FeatureSteps.All.Select(s => Read(s.Example)).ToList();
        Assert.Equal(steps.Count, steps.Select(s => s.ContentHash).Distinct().Count());
        Assert.Equal(steps.Count, steps.Select(s => s.Columns[0].Steps[0].Words()).Distinct(StringComparer.Ordinal).Count());
    }

    private static StepDescription Step(string word) => FeatureSteps.All.Single(s => s.Word == word);

    private static FeatureSpec Read(string step)
    {
        var problems = new ConfigProblems("t.yaml");
        return FeaturesFile.Read(YamlText.Read($"features:\n  - name: f\n    source: s\n    steps:\n      - {step}\n", problems), problems);
    }
}
