using System.Text;
using BatchEngine.Host.Configuration.Describing;

namespace BatchEngine.Host.Configuration.Generating;

/// <summary>A file with every key at its default, each behind a "# ", with its sentence above.</summary>
internal static class DefaultFileText
{
    private const int Columns = 140;

    /// <summary>The file.</summary>
    /// <param name="heading">Lines for its top.</param>
    /// <param name="file">Its keys.</param>
    public static string Of(IEnumerable<string> heading, SectionKey file)
    {
        var text = new StringBuilder();
        foreach (var line in heading)
            text.Append("# ").Append(line).Append('\n');
        foreach (var key in file.Keys)
        {
            text.Append('\n');
            Add(text, key, "");
        }
        return text.ToString();
    }

    private static void Add(StringBuilder text, ConfigKey key, string indent)
    {
        // In a section the sentence is a comment of its own, so that the section still reads when its lines lose their first "# ".
        var lead = indent.Length == 0 ? "# " : $"# {indent}# ";
        foreach (var line in Wrapped(SentenceOf(key), Columns - lead.Length))
            text.Append(lead).Append(line).Append('\n');
        text.Append($"# {indent}{key.Name}:");
        if (key is not SectionKey section)
        {
            text.Append($" {key.DefaultText ?? key.Example}\n");
            return;
        }
        text.Append('\n');
        foreach (var inner in section.Keys)
            Add(text, inner, indent + "  ");
    }

    private static string SentenceOf(ConfigKey key)
    {
        var accepts = key is SectionKey ? "" : $" {char.ToUpperInvariant(key.Accepts[0])}{key.Accepts[1..]}.";
        var otherwise = key.Otherwise is { } said ? $" When it is not given, {said}." : "";
        return $"{key.Sentence}{(accepts is " Text." ? "" : accepts.Replace("`", "", StringComparison.Ordinal))}{otherwise}";
    }

    private static IEnumerable<string> Wrapped(string sentence, int columns)
    {
        var line = "";
        foreach (var word in sentence.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > columns)
            {
                yield return line;
                line = "";
            }
            line += (line.Length > 0 ? " " : "") + word;
        }
        yield return line;
    }
}
