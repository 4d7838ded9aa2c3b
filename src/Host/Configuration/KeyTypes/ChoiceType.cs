using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>One of an enum's names in camelCase: "runLatest".</summary>
internal sealed class ChoiceType<T> : KeyType<T> where T : struct, Enum
{
    private static readonly Dictionary<string, T> s_words = Enum.GetValues<T>().ToDictionary(ChoiceText.Of, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Expected => $"one of {string.Join(", ", s_words.Keys)}";

    /// <inheritdoc/>
    public override string Accepts => string.Join(", ", s_words.Keys.Select(w => $"`{w}`"));

    /// <inheritdoc/>
    public override T Harmless => default;

    /// <inheritdoc/>
    public override string TextOf(T value) => ChoiceText.Of(value);

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. s_words.Keys.Select(w => (JsonNode)w)]) };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out T value) => s_words.TryGetValue(text, out value);

    /// <inheritdoc/>
    protected override string RemedyFor(YamlNode seen) =>
        seen is YamlNode.Scalar word && NearestWord.Of(word.Text, s_words.Keys) is { } near ? $"Did you mean '{near}'?" : "Choose one of them.";
}
