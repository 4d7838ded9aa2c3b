using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>A step with parameters by name: "clip: { min: 0, max: 100 }".</summary>
/// <param name="Word">How it is written.</param>
/// <param name="Example">A whole step as it is written.</param>
/// <param name="Sentence">What it gives.</param>
/// <param name="Keys">The parameters.</param>
/// <param name="Make">The step of the parameters, read without a problem; a rule between them records its own and gives null.</param>
internal sealed record SectionStep(
    string Word,
    string Example,
    string Sentence,
    IReadOnlyList<ConfigKey> Keys,
    Func<SectionReader, StepProblems, FeatureTransform?> Make) : StepDescription(Word, Example, Sentence)
{
    private readonly SectionKey _section = new(Word, Sentence, Keys);

    /// <inheritdoc/>
    public override string Takes =>
        string.Join("; ", Keys.Select(k => $"`{k.Name}`: {k.Accepts}{(k.DefaultText is { } preset ? $", default {preset}" : "")}"));

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = _section.Schema();
        schema.Remove("description");
        return Behind(schema);
    }

    /// <inheritdoc/>
    public override FeatureTransform? Read(YamlNode? parameters, YamlNode word, string path, ConfigProblems problems)
    {
        if (parameters is null)
            return RefuseAlone(word, path, problems);
        var place = PlaceOf($"{path}.{Word}", problems);
        if (parameters is not YamlNode.Mapping mapping)
        {
            place.Wrong(parameters, "parameters by name", $"Write '{Example}'.");
            return null;
        }
        var before = problems.Count;
        var section = new SectionReader(_section, mapping, place.Path, problems);
        section.CheckValues();
        return problems.Count == before ? Make(section, new StepProblems(parameters, place)) : null;
    }
}
