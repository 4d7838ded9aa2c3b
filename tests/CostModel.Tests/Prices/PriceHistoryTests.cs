using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Prices;

public sealed class PriceHistoryTests
{
    private static readonly DateTimeOffset Night = Ledgers.Midnight;

    private static PriceReading Read(int day, params PriceQuote[] quotes) => new("a.yaml", Night.AddDays(day), quotes);

    private static PriceQuote From(int day, decimal perHour, Offering? offering = null) => Ledgers.Quote(offering ?? Ledgers.Spot, perHour, Night.AddDays(day));

    private static decimal? At(PriceBook book, int day, Offering? offering = null) =>
        book.At(offering ?? Ledgers.Spot, Night.AddDays(day)).PerHour is { HasValue: true } price ? price.Value.Amount : null;

    [Fact]
    public void Book_NewerDateInTheSameSheet_TheEarlierWordCountsUntilThen()
    {
        var book = PriceHistory.Book([Read(0, From(-9, 1)), Read(2, From(1, 2))], [("a.yaml", [From(1, 2)])]);
        Assert.Equal([null, 1m, 1m, 2m, 2m], new[] { -10, -9, 0, 1, 5 }.Select(d => At(book, d)));
    }

    [Fact]
    public void Book_SameDateWithOtherPrices_TheLastWordCountsForAllOfIt()
    {
        var book = PriceHistory.Book([Read(0, From(-9, 1)), Read(1, From(-9, 2)), Read(2, From(-9, 1))], [("a.yaml", [From(-9, 1)])]);
        Assert.Equal([1m, 1m], new[] { -5, 5 }.Select(d => At(book, d)));
    }

    [Fact]
    public void Book_MachineLeftOutOfTheSheet_HasNoPriceFromThenOn()
    {
        var other = Ledgers.Spot with { InstanceType = "m7i.large" };
        var book = PriceHistory.Book([Read(0, From(-9, 1), From(-9, 5, other))], [("a.yaml", [From(1, 2)])]);
        Assert.Equal([5m, null], new[] { 0, 1 }.Select(d => At(book, d, other)));
    }

    [Fact]
    public void Book_EarlierWordWithALaterDateBesideItsFirst_IsVoidFromTheNewWordOn()
    {
        var book = PriceHistory.Book([Read(0, From(-9, 1), From(5, 4))], [("a.yaml", [From(1, 2)])]);
        Assert.Equal([1m, 2m, 2m], new[] { 0, 1, 6 }.Select(d => At(book, d)));
    }

    [Fact]
    public void Book_MachineLeftOutOfOneSheet_IsPricedByTheOtherFromThenOn()
    {
        var other = Ledgers.Spot with { InstanceType = "m7i.large" };
        PriceReading[] history = [Read(0, From(-5, 1), From(-5, 5, other)), new("b.yaml", Night, [From(-9, 7, other)])];
        var book = PriceHistory.Book(history, [("a.yaml", [From(1, 2)]), ("b.yaml", [From(-9, 7, other)])]);
        Assert.Equal([7m, 5m, 5m, 7m], new[] { -6, -5, 0, 1 }.Select(d => At(book, d, other)));
    }

    [Fact]
    public void Book_SheetDeleted_PricesNothingAnyMore() =>
        Assert.Null(At(PriceHistory.Book([Read(0, From(-9, 1)), Read(1)], []), 0));

    [Fact]
    public void Book_AsOfAnInstant_KnowsNoLaterReading()
    {
        PriceReading[] history = [Read(0, From(-9, 1)), Read(2, From(-9, 2)), Read(4)];
        Assert.Equal([null, 1m, 1m, 2m, null], new[] { -1, 0, 1, 3, 4 }.Select(d => At(PriceHistory.BookAt(history, Night.AddDays(d)), 0)));
    }

    [Fact]
    public void Price_NewestExpires_AnOlderOpenOneDoesNotComeBack()
    {
        var book = new PriceBook([From(-9, 1), Ledgers.Quote(Ledgers.Spot, 2, Night.AddDays(-2), Night)]);
        Assert.Equal([1m, 2m, null], new[] { -3, -1, 1 }.Select(d => At(book, d)));
    }
}
