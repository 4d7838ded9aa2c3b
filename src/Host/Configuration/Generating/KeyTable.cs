using System.Text;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Features;

namespace BatchEngine.Host.Configuration.Generating;

/// <summary>Tables for the documents.</summary>
internal static class KeyTable
{
    /// <summary>A row a key: name, what it takes, default, what it says.</summary>
    public static string Of(SectionKey file)
    {
        var text = new StringBuilder("| key | takes | default | says |\n| --- | --- | --- | --- |\n");
        foreach (var (path, key) in file.Walk())
            text.Append($"| `{path}` | {key.Accepts} | {DefaultOf(key)} | {key.Sentence}{(key.OldName is { } old ? $" Was called `{old}`." : "")} |\n");
        return text.ToString();
    }

    /// <summary>A row a step: how it is written, what it gives.</summary>
    public static string OfSteps(IEnumerable<StepDescription> steps)
    {
        var text = new StringBuilder("| step | takes | gives |\n| --- | --- | --- |\n");
        foreach (var step in steps)
            text.Append($"| `{step.Example}` | {step.Takes} | {step.Sentence} |\n");
        return text.ToString();
    }

    private static string DefaultOf(ConfigKey key) => key switch
    {
        { IsRequired: true } => "required",
        { DefaultText: { } text } => $"`{text}`",
        _ => key.Otherwise ?? "",
    };
}
