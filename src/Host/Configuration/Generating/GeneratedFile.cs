namespace BatchEngine.Host.Configuration.Generating;

/// <summary>A tracked file that is made from descriptions, whole or in part.</summary>
/// <param name="Path">Relative to the repository, with '/'.</param>
/// <param name="Make">The file's text, from the text that it has now.</param>
internal sealed record GeneratedFile(string Path, Func<string, string> Make)
{
    /// <summary>A file that is made whole.</summary>
    public static GeneratedFile Whole(string path, Func<string> make) => new(path, _ => make());

    /// <summary>A document with made parts, each between "&lt;!-- made: NAME --&gt;" and "&lt;!-- end --&gt;".</summary>
    public static GeneratedFile WithParts(string path, params (string Name, Func<string> Make)[] parts) =>
        new(path, text => parts.Aggregate(text, (made, part) => WithPart(path, made, part.Name, part.Make())));

    private static string WithPart(string path, string text, string name, string made)
    {
        var (begin, end) = ($"<!-- made: {name} -->\n", "<!-- end -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
        return to >= 0 ? text[..(from + begin.Length)] + made + text[to..]
            : throw new Domain.BadInputException(path, $"no place for '{name}'", $"a line {begin.TrimEnd()} and a line {end} after it", "Add the two lines.");
    }
}
