using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Prices;

public sealed class PriceBookTests
{
    private static readonly Offering OnDemand = Ledgers.Spot with { Purchase = PurchaseOption.OnDemand };

    [Fact]
    public void Price_NewestAtOrBeforeInstant_Counts()
    {
        var book = new PriceBook(
            [Ledgers.Quote(Ledgers.Spot, 2m, Ledgers.Midnight), Ledgers.Quote(Ledgers.Spot, 1m, Ledgers.Midnight.AddHours(-1)),
            Ledgers.Quote(Ledgers.Spot, 3m, Ledgers.Midnight.AddHours(1))]);
        Assert.Equal(1m, book.At(Ledgers.Spot, Ledgers.Midnight.AddTicks(-1)).PerHour.Value.Amount);
        Assert.Equal(2m, book.At(Ledgers.Spot, Ledgers.Midnight).PerHour.Value.Amount);
        Assert.Equal(3m, book.At(Ledgers.Spot, Ledgers.Midnight.AddHours(1)).PerHour.Value.Amount);
    }

    [Fact]
    public void Price_SpotWithoutQuote_IsNeverPricedAtOnDemand()
    {
        var answer = new PriceBook([Ledgers.Quote(OnDemand, 1m)]).At(Ledgers.Spot, Ledgers.Midnight);
        Assert.Contains("spot", Assert.IsType<PriceAnswer.Missing>(answer).Reason);
        Assert.False(answer.PerHour.HasValue);
    }

    [Fact]
    public void Price_Expired_IsMissingWithItsEnd()
    {
        var book = new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m, until: Ledgers.Midnight)]);
        Assert.IsType<PriceAnswer.Found>(book.At(Ledgers.Spot, Ledgers.Midnight.AddTicks(-1)));
        Assert.Contains("expired at 2026-11-23 00:00:00Z", Assert.IsType<PriceAnswer.Missing>(book.At(Ledgers.Spot, Ledgers.Midnight)).Reason);
    }

    [Fact]
    public void Price_OnDemandOfRegion_HoldsForItsZones_SpotDoesNot()
    {
        var book = new PriceBook([Ledgers.Quote(OnDemand with { Zone = "eu-central-1" }, 4m), Ledgers.Quote(Ledgers.Spot with { Zone = "eu-central-1" }, 1m)]);
        Assert.Equal(4m, book.At(OnDemand, Ledgers.Midnight).PerHour.Value.Amount);
        Assert.IsType<PriceAnswer.Missing>(book.At(Ledgers.Spot, Ledgers.Midnight));
    }

    [Fact]
    public void Over_PriceChangesInside_PiecesCoverTheInterval()
    {
        var book = new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m), Ledgers.Quote(Ledgers.Spot, 2m, Ledgers.Midnight.AddMinutes(30))]);
        var pieces = book.Over(Ledgers.Spot, Ledgers.Midnight, Ledgers.Midnight.AddHours(1));
        Assert.Equal(2, pieces.Count);
        Assert.Equal(pieces[0].ToExclusive, pieces[1].From);
        Assert.Equal(Ledgers.Midnight.AddHours(1), pieces[1].ToExclusive);
    }
}
