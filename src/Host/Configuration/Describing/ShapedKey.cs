using System.Text.Json.Nodes;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>A key whose value has a shape of its own, which its file reads by hand: a list of features, a list of steps.</summary>
/// <param name="name">As it is written.</param>
/// <param name="accepts">What may stand there.</param>
/// <param name="sentence">What it says.</param>
/// <param name="schema">The JSON schema of its value.</param>
internal sealed class ShapedKey(string name, string accepts, string sentence, Func<JsonObject> schema) : ConfigKey(name, sentence)
{
    /// <inheritdoc/>
    public override string Accepts => accepts;

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var made = schema();
        made.Insert(0, "description", Sentence);
        return made;
    }
}
