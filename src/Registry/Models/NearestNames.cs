namespace BatchEngine.Registry.Models;

/// <summary>Names that exist, those most like the wanted one first, for errors about a name that does not.</summary>
internal static class NearestNames
{
    private const int MaxNamed = 5;

    /// <summary>"a, b and 3 more", or the given words when nothing exists.</summary>
    public static string List(IEnumerable<string> existing, string wanted, string none)
    {
        var names = existing.Distinct(StringComparer.Ordinal).OrderBy(n => Distance(n, wanted)).ThenBy(n => n, StringComparer.Ordinal).ToList();
        return names.Count switch
        {
            0 => none,
            <= MaxNamed => string.Join(", ", names),
            _ => $"{string.Join(", ", names.Take(MaxNamed))} and {names.Count - MaxNamed} more",
        };
    }

    /// <summary>The fewest single characters to insert, remove or exchange, capitals not counted.</summary>
    public static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var exchanged = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(exchanged, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[right.Length];
    }
}
