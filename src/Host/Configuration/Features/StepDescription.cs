using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>One step of a feature, described once: its reader, its JSON schema and its row in docs/features.md are all made from this.</summary>
/// <param name="Word">How it is written: "clip".</param>
/// <param name="Example">A whole step as it is written: "clip: { min: 0, max: 100 }".</param>
/// <param name="Sentence">What it gives.</param>
internal abstract record StepDescription(string Word, string Example, string Sentence)
{
    /// <summary>Where problems with the parameters go.</summary>
    protected static KeyPlace PlaceOf(string path, ConfigProblems problems) => new(path, null, problems);

    /// <summary>What stands behind the word, for the table; empty means nothing.</summary>
    public abstract string Takes { get; }

    /// <summary>The JSON schema of the step as it stands in a list.</summary>
    public abstract JsonObject Schema();

    /// <summary>Reads the step from what stands behind its word; null means that a problem was recorded.</summary>
    /// <param name="parameters">What stands behind the word; null means that the word stands alone.</param>
    /// <param name="word">The step itself, as a place for problems.</param>
    /// <param name="path">The key of the list.</param>
    /// <param name="problems">Where problems go.</param>
    public abstract FeatureTransform? Read(YamlNode? parameters, YamlNode word, string path, ConfigProblems problems);

    /// <summary>{ "word": schema } as the only key.</summary>
    protected JsonObject Behind(JsonObject schema)
    {
        schema.Insert(0, "description", Sentence);
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray(Word),
            ["properties"] = new JsonObject { [Word] = schema },
        };
    }

    /// <summary>Records that the word stands alone.</summary>
    protected FeatureTransform? RefuseAlone(YamlNode word, string path, ConfigProblems problems)
    {
        problems.Add(word, path, $"'{Word}' without parameters", $"{Word} with its parameters", $"Write '{Example}'.");
        return null;
    }
}
