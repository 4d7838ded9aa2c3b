using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>Which of the quotes that were ever read count: what each sheet says now, and before the date of that what it said under earlier dates.
/// Pure.</summary>
public static class PriceHistory
{
    /// <summary>The book of what the sheets say now. A sheet that is not among them says nothing, whatever it said before.</summary>
    /// <param name="history">What was read before, in order.</param>
    /// <param name="now">Each sheet with its quotes.</param>
    public static PriceBook Book(IReadOnlyList<PriceReading> history, IReadOnlyList<(string Sheet, IReadOnlyList<PriceQuote> Quotes)> now)
    {
        var before = history.Where(r => r.Quotes.Count > 0).ToLookup(r => r.Sheet, StringComparer.Ordinal);
        return new PriceBook(now.SelectMany(sheet => Standing(sheet.Quotes, [.. before[sheet.Sheet]])));
    }

    /// <summary>The book as it was at an instant.</summary>
    /// <param name="history">What was read, in order.</param>
    /// <param name="instant">Readings after it are not known yet.</param>
    public static PriceBook BookAt(IReadOnlyList<PriceReading> history, DateTimeOffset instant)
    {
        var known = history.Where(r => r.ReadAt <= instant).ToList();
        return Book(known, [.. known.GroupBy(r => r.Sheet, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Last().Quotes)).Where(s => s.Quotes.Count > 0)]);
    }

    // The newest word counts from its date on, and an earlier one of an earlier date until then. One of the same or a later date was corrected: it is void.
    private static IEnumerable<StandingQuote> Standing(IReadOnlyList<PriceQuote> now, IReadOnlyList<PriceReading> before)
    {
        if (now.Count == 0)
            return [];
        var standing = now.Select(q => new StandingQuote(q, null)).ToList();
        var limit = now.Min(q => q.ObservedAt);
        foreach (var earlier in before.Reverse())
        {
            var observed = earlier.Quotes.Min(q => q.ObservedAt);
            if (observed >= limit)
                continue;
            // A quote of a later date than the word that took its place never counted, and must not stand in the way of that word.
            standing.AddRange(earlier.Quotes.Where(q => q.ObservedAt < limit)
                .Select(q => new StandingQuote(q.ValidUntil is { } end && end <= limit ? q : q with { ValidUntil = limit }, limit)));
            limit = observed;
        }

        return standing;
    }
}
