using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>
/// All known quotes, asked by offering and instant: the newest observed at or before the instant counts until it expires, and then there is no price: an
/// older one does not come back. Pure and immutable, so any thread may ask.
/// A spot offering is never priced by an on-demand quote or the other way round. A quote for the exact zone wins over one for its region (on-demand
/// prices hold for a whole region), and that over one for "*" (every zone).
/// </summary>
public sealed class PriceBook
{
    /// <summary>An interval is cut at no more price changes than this.</summary>
    public const int MaxChangesPerInterval = 100_000;

    private readonly Dictionary<Offering, StandingQuote[]> _quotes;

    /// <summary>A book of the given quotes. Of two quotes observed at the same instant for the same offering the later in the list counts.</summary>
    public PriceBook(IEnumerable<PriceQuote> quotes)
        : this(quotes.Select(q => new StandingQuote(q, null)))
    {
    }

    /// <summary>The same of quotes some of which were replaced.</summary>
    public PriceBook(IEnumerable<StandingQuote> quotes) =>
        _quotes = quotes.GroupBy(q => q.Quote.Offering).ToDictionary(g => g.Key, g => g.OrderBy(q => q.Quote.ObservedAt).ToArray());

    /// <summary>A book without quotes: every answer is missing.</summary>
    public static PriceBook Empty { get; } = new(Array.Empty<PriceQuote>());

    /// <summary>How many quotes it holds.</summary>
    public int Count => _quotes.Values.Sum(q => q.Length);

    /// <summary>The quote that holds at the instant, or why there is none.</summary>
    public PriceAnswer At(Offering offering, DateTimeOffset instant)
    {
        PriceQuote? expired = null, later = null;
        foreach (var candidate in Candidates(offering))
        {
            if (!_quotes.TryGetValue(candidate, out var quotes))
                continue;
            for (var index = quotes.Length - 1; index >= 0; index--)
            {
                var (quote, replaced) = quotes[index];
                if (replaced <= instant)
                    continue;
                if (quote.ObservedAt > instant)
                {
                    later = quote;
                    continue;
                }

                if (quote.ValidUntil is not { } end || end > instant)
                    return new PriceAnswer.Found(quote);
                expired ??= quote;
                break;
            }
        }

        return new PriceAnswer.Missing(expired is not null
            ? $"the newest price of {offering} expired at {Figures.Instant(expired.ValidUntil!.Value)} ({expired.Source})"
            : later is not null ? $"the first price of {offering} was observed at {Figures.Instant(later.ObservedAt)}, after {Figures.Instant(instant)}"
            : $"no price for {offering}");
    }

    /// <summary>Cuts an interval wherever the price changes. The pieces are in order, disjoint and cover the interval; an empty interval is one empty
    /// piece.</summary>
    /// <exception cref="InvariantBrokenException">The price changes more often than <see cref="MaxChangesPerInterval"/>.</exception>
    public IReadOnlyList<PricedInterval> Over(Offering offering, DateTimeOffset from, DateTimeOffset toExclusive)
    {
        var cuts = new SortedSet<DateTimeOffset>();
        foreach (var (quote, replaced) in Candidates(offering).Where(_quotes.ContainsKey).SelectMany(candidate => _quotes[candidate]))
        {
            if (quote.ObservedAt > from && quote.ObservedAt < toExclusive)
                cuts.Add(quote.ObservedAt);
            if (quote.ValidUntil is { } end && end > from && end < toExclusive)
                cuts.Add(end);
            if (replaced is { } replacedAt && replacedAt > from && replacedAt < toExclusive)
                cuts.Add(replacedAt);
        }

        if (cuts.Count > MaxChangesPerInterval)
            throw new InvariantBrokenException($"a price changes at most {MaxChangesPerInterval} times in one usage", $"{offering}: {cuts.Count} changes");
        var pieces = new List<PricedInterval>(cuts.Count + 1);
        var start = from;
        foreach (var cut in cuts.Append(toExclusive))
        {
            var answer = At(offering, start);
            if (pieces.Count > 0 && pieces[^1].Answer == answer)
                pieces[^1] = pieces[^1] with { ToExclusive = cut };
            else
                pieces.Add(new PricedInterval(start, cut, answer));
            start = cut;
        }

        return pieces;
    }

    private static IEnumerable<Offering> Candidates(Offering offering)
    {
        yield return offering;
        if (offering.Purchase == PurchaseOption.OnDemand && RegionOf(offering) is { } region)
            yield return offering with { Zone = region };
        yield return offering with { Zone = "*" };
    }

    /// <summary>"us-east-1a" lies in "us-east-1", Azure's "westeurope-2" in "westeurope"; null when the zone names no region.</summary>
    private static string? RegionOf(Offering offering)
    {
        var zone = offering.Zone;
        return offering.Provider switch
        {
            "ec2" when zone.Length > 2 && char.IsAsciiLetterLower(zone[^1]) && char.IsAsciiDigit(zone[^2]) => zone[..^1],
            "azure" when zone.Length > 2 && char.IsAsciiDigit(zone[^1]) && zone[^2] == '-' => zone[..^2],
            _ => null,
        };
    }
}
