using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>What the price book says of an offering at an instant: a quote, or why there is none. Match it exhaustively.</summary>
public abstract record PriceAnswer
{
    private PriceAnswer()
    {
    }

    /// <summary>The quote that counts.</summary>
    public sealed record Found(PriceQuote Quote) : PriceAnswer;

    /// <summary>No quote counts, because of <paramref name="Reason"/>. It is not a price of zero.</summary>
    public sealed record Missing(string Reason) : PriceAnswer;

    /// <summary>The rate of one hour; not measured when the price is missing.</summary>
    public Measured<Money> PerHour => this is Found found ? Measured<Money>.Of(found.Quote.PerHour) : Measured<Money>.NotMeasured(((Missing)this).Reason);
}
