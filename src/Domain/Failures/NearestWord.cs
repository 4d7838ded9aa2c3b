namespace BatchEngine.Domain;

/// <summary>Finds, among the words that exist, those that a person most likely meant.</summary>
public static class NearestWord
{
    private const int MaxNamed = 5;

    /// <summary>The nearest of <paramref name="valid"/> by <see cref="Distance"/>; null means that none is near (more than half of the letters
    /// differ).</summary>
    public static string? Of(string word, IEnumerable<string> valid)
    {
        var best = valid.Select(v => (Word: v, Distance: Distance(word, v)))
            .OrderBy(v => v.Distance).ThenBy(v => v.Word, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance * 2 <= Math.Max(word.Length, best.Word.Length) ? best.Word : null;
    }

    /// <summary>The words that exist, those most like the wanted one first: "a, b and 3 more", or the given words when nothing exists.</summary>
    public static string List(IEnumerable<string> existing, string wanted, string none)
    {
        var names = Sorted(existing, wanted).ToList();
        return names.Count switch
        {
            0 => none,
            <= MaxNamed => string.Join(", ", names),
            _ => $"{string.Join(", ", names.Take(MaxNamed))} and {names.Count - MaxNamed} more",
        };
    }

    /// <summary>The words that exist, each once, those most like the wanted one first.</summary>
    public static IEnumerable<string> Sorted(IEnumerable<string> existing, string wanted) =>
        existing.Distinct(StringComparer.Ordinal).OrderBy(n => Distance(n, wanted)).ThenBy(n => n, StringComparer.Ordinal);

    /// <summary>How far two words are apart: the edits between them, or one more than those between their parts in alphabetical order, so that mean_radius is
    /// near to radius_mean.</summary>
    internal static int Distance(string left, string right)
    {
        var edits = Edits(left, right);
        return edits <= 1 ? edits : Math.Min(edits, 1 + Edits(PartsInOrder(left), PartsInOrder(right)));
    }

    private static string PartsInOrder(string word) =>
        string.Join('_', word.ToLowerInvariant().Split(['_', '-', '.', ' ', '/'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    /// <summary>How many letters must be inserted, removed, replaced or swapped with their neighbour to turn one word into the other; capitals do not
    /// count.</summary>
    private static int Edits(string left, string right)
    {
        (left, right) = (left.ToLowerInvariant(), right.ToLowerInvariant());
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, replaced);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[left.Length, right.Length];
    }
}
