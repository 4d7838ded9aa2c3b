using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>A step with one value behind its word: "bucketise: [1, 5]".</summary>
/// <param name="Word">How it is written.</param>
/// <param name="Example">A whole step as it is written.</param>
/// <param name="Sentence">What it gives.</param>
/// <param name="Type">What the value may be.</param>
/// <param name="Make">The step of a value; a rule between parts of the value records its problem and gives null.</param>
internal sealed record ValueStep<T>(string Word, string Example, string Sentence, KeyType<T> Type, Func<T, StepProblems, FeatureTransform?> Make)
    : StepDescription(Word, Example, Sentence)
{
    /// <inheritdoc/>
    public override string Takes => Type.Accepts;

    /// <inheritdoc/>
    public override JsonObject Schema() => Behind(Type.Schema());

    /// <inheritdoc/>
    public override FeatureTransform? Read(YamlNode? parameters, YamlNode word, string path, ConfigProblems problems)
    {
        if (parameters is null)
            return RefuseAlone(word, path, problems);
        var place = PlaceOf($"{path}.{Word}", problems);
        return Type.TryRead(parameters, place, out var value) ? Make(value, new StepProblems(parameters, place)) : null;
    }
}
