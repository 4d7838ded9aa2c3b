using System.Text.RegularExpressions;

namespace BatchEngine.Host.Http;

/// <summary>Takes the folders out of texts that anybody may read: where a machine keeps its files is the operator's business. Stateless.</summary>
internal static partial class NamesOnly
{
    /// <summary>The text with the last part of each absolute path in place of the path; addresses and tags stay.</summary>
    public static string Of(string text) => Paths().Replace(text, "$1");

    [GeneratedRegex(@"(?<![\w<:/.)\]*])(?:/[\w.@=+%*{}-]+)+/([\w.@=+%*{}-]*)|(?<![\w])[A-Za-z]:(?:\\{1,2}[\w.@=+%-]+)+\\{1,2}([\w.@=+%-]*)")]
    private static partial Regex Paths();
}
