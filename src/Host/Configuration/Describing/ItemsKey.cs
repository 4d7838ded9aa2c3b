using System.Text.Json.Nodes;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>A list of sections of one kind, at least one.</summary>
/// <param name="name">As it is written.</param>
/// <param name="sentence">What the list is.</param>
/// <param name="item">One of them.</param>
internal sealed class ItemsKey(string name, string sentence, SectionKey item) : ConfigKey(name, sentence)
{
    /// <summary>One of the sections.</summary>
    public SectionKey Item => item;

    /// <inheritdoc/>
    public override string Accepts => "a list of sections";

    /// <inheritdoc/>
    public override JsonObject Schema() =>
        new() { ["description"] = Sentence, ["type"] = "array", ["minItems"] = 1, ["items"] = item.Schema() };
}
