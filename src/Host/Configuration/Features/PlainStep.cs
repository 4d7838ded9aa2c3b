using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>A step without parameters: "log1p".</summary>
internal sealed record PlainStep(string Word, string Sentence, FeatureTransform Step) : StepDescription(Word, Word, Sentence)
{
    /// <inheritdoc/>
    public override string Takes => "";

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["description"] = Sentence, ["const"] = Word };

    /// <inheritdoc/>
    public override FeatureTransform? Read(YamlNode? parameters, YamlNode word, string path, ConfigProblems problems)
    {
        if (parameters is null)
            return Step;
        problems.Add(parameters, $"{path}.{Word}", $"'{Word}' with parameters", $"{Word} alone", $"Write '- {Word}'.");
        return null;
    }
}
