namespace BatchEngine.Host.Configuration;

/// <summary>Finds the valid word that a person most likely meant. Stateless, thread-safe.</summary>
internal static class NearestWord
{
    /// <summary>The nearest of <paramref name="valid"/> by edit distance, case ignored; null means that none is near (more than half of the letters
    /// differ).</summary>
    public static string? Of(string word, IEnumerable<string> valid)
    {
        var best = valid.Select(v => (Word: v, Distance: Distance(word.ToLowerInvariant(), v.ToLowerInvariant())))
            .OrderBy(v => v.Distance).ThenBy(v => v.Word, StringComparer.Ordinal).FirstOrDefault();
        return best.Word is not null && best.Distance * 2 <= Math.Max(word.Length, best.Word.Length) ? best.Word : null;
    }

    /// <summary>Inserted, removed, replaced and swapped neighbouring letters that turn one word into the other.</summary>
    private static int Distance(string left, string right)
    {
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
