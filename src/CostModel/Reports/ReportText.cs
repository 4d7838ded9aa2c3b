namespace BatchEngine.CostModel.Reports;

/// <summary>Keeps the texts of a report within a length, so that the page's size is bounded. Pure.</summary>
internal static class ReportText
{
    /// <summary>Longer texts are cut.</summary>
    internal const int MaxTextLength = 240;

    /// <summary>Cuts a text so that it stays within its length in bytes once it is escaped, and within about twice of it where JSON escapes it.</summary>
    internal static string Cut(string text, int maxLength = MaxTextLength)
    {
        var (length, index) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var escaped = HtmlWriter.Escape(rune.ToString());
            length += escaped.Length > rune.Utf16SequenceLength ? Math.Max(6, escaped.Length) : rune.IsAscii ? 1 : 3;
            if (length > maxLength)
                return string.Concat(text.AsSpan(0, index), "…");
            index += rune.Utf16SequenceLength;
        }

        return text;
    }
}
