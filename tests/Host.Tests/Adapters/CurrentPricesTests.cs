using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Host.Tests.Adapters;

/// <summary>Prices are what the sources of the own folder say now; only pinning stores them.</summary>
public sealed class CurrentPricesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Book_OfTwoSources_HoldsBothAndStoresThemOnlyWhenPinned()
    {
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var (sheets, provider) = (new Source(Sheet("a", 1)), new Source(Sheet("b", 2)));
        var store = new PriceReadings(state.Database);
        var prices = new CurrentPrices(store, "/prices", [sheets, provider], new FakeTimeProvider(Now), _ => { });
        Assert.Equal(2, (await prices.BookAsync(Now, Ct)).Count);
        Assert.Empty(await store.ListAsync("/prices", Ct));
        await prices.PinAsync(Now, Ct);
        await prices.PinAsync(Now, Ct);
        Assert.Equal(2, (await store.ListAsync("/prices", Ct)).Count);
    }

    [Fact]
    public async Task Price_ChangedAndChangedBack_IsWhatTheSheetSaysNow()
    {
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var sheets = new Source();
        var prices = new CurrentPrices(new PriceReadings(state.Database), "/prices", [sheets], new FakeTimeProvider(Now), _ => { });
        foreach (var perHour in (int[])[1, 2, 1])
        {
            sheets.Sheets = [Sheet("a", perHour)];
            Assert.Equal(perHour, (await prices.PinAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
            Assert.Equal(perHour, (await prices.BookAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
        }
    }

    [Fact]
    public async Task Price_SheetDeletedOrReadByAnotherConfiguration_DoesNotCount()
    {
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var (ours, others) = (new Source(Sheet("a", 1)), new Source(Sheet("a", 7), Sheet("b", 8)));
        var prices = new CurrentPrices(new PriceReadings(state.Database), "/ours", [ours], new FakeTimeProvider(Now), _ => { });
        await prices.PinAsync(Now, Ct);
        await new CurrentPrices(new PriceReadings(state.Database), "/others", [others], new FakeTimeProvider(Now), _ => { }).PinAsync(Now, Ct);
        Assert.Equal(1, (await prices.PinAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
        ours.Sheets = [];
        Assert.False((await prices.PinAsync(Now, Ct)).At(Offering.Local, Now).PerHour.HasValue);
        ours.Sheets = [Sheet("a", 3)];
        Assert.Equal(3, (await prices.PinAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
    }

    [Fact]
    public async Task Price_SheetThatCannotBeReadAnyMore_LeavesTheLastOneInForceAndIsToldOnce()
    {
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var sheets = new Source(Sheet("a", 1));
        var notes = new List<string>();
        var prices = new CurrentPrices(new PriceReadings(state.Database), "/prices", [sheets], new FakeTimeProvider(Now), notes.Add);
        await prices.PinAsync(Now, Ct);
        sheets.Problem = new BadInputException("a.yaml:3", "USDollar", "a currency", "Write USD.");
        Assert.Equal(1, (await prices.PinAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
        await prices.PinAsync(Now, Ct);
        Assert.Contains("USDollar", Assert.Single(notes), StringComparison.Ordinal);
        var later = new CurrentPrices(new PriceReadings(state.Database), "/prices", [sheets], new FakeTimeProvider(Now), notes.Add);
        Assert.Equal(1, (await later.PinAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
        Assert.Equal(1, (await later.BookAsync(Now, Ct)).At(Offering.Local, Now).PerHour.Value.Amount);
        Assert.Null(await later.AssumptionAsync(Ct));
        Assert.Equal(2, notes.Count);
        var never = new CurrentPrices(new PriceReadings(state.Database), "/elsewhere", [sheets], new FakeTimeProvider(Now), notes.Add);
        await Assert.ThrowsAsync<BadInputException>(() => never.PinAsync(Now, Ct));
    }

    [Fact]
    public async Task Assumption_OfSeveralSheets_IsTheNewestUnlessItExpired()
    {
        var sheets = new Source(
            Sheet("a", 1, Assumed("old", Now.AddDays(-9), null)),
            Sheet("b", 1, Assumed("newest", Now.AddDays(-3), null)),
            Sheet("c", 1, Assumed("not yet", Now.AddDays(1), null)));
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var prices = new CurrentPrices(new PriceReadings(state.Database), "/prices", [sheets], new FakeTimeProvider(Now), _ => { });
        Assert.Equal("newest", (await prices.AssumptionAsync(Ct))?.Source);
        sheets.Sheets = [.. sheets.Sheets, Sheet("d", 1, Assumed("expired", Now.AddDays(-2), Now))];
        Assert.Null(await prices.AssumptionAsync(Ct));
        sheets.Sheets = [];
        Assert.Null(await prices.AssumptionAsync(Ct));
    }

    private static PriceSheet Sheet(string name, decimal perHour, RealtimeAssumption? assumption = null) =>
        new([new PriceQuote(Offering.Local, new Money(perHour, "USD"), $"sheet {name}", Now.AddDays(-1), null)], assumption) { Name = name };

    private static RealtimeAssumption Assumed(string source, DateTimeOffset observed, DateTimeOffset? until) =>
        new(new Money(0.01m, "USD"), source, observed, until);

    private sealed class Source(params PriceSheet[] sheets) : IPriceSource
    {
        public IReadOnlyList<PriceSheet> Sheets { get; set; } = sheets;

        public BadInputException? Problem { get; set; }

        public Task<IReadOnlyList<PriceSheet>> ReadAsync(CancellationToken ct) => Problem is null ? Task.FromResult(Sheets) : throw Problem;
    }
}
