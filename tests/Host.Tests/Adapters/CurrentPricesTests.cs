using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Host.Tests.Adapters;

/// <summary>Prices come from any number of sources, each read once; only pinning stores them.</summary>
public sealed class CurrentPricesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Book_OfTwoSources_HoldsBothAndStoresThemOnlyWhenPinned()
    {
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var (sheets, provider) = (new Source(Sheet(Offering.Local, null)), new Source(Sheet(new Offering("ec2", "c7i.large", "*", PurchaseOption.Spot), null)));
        var store = new PriceStore(state.Database);
        var prices = new CurrentPrices(store, [sheets, provider], new FakeTimeProvider(Now));
        Assert.Equal(2, (await prices.BookAsync(Ct)).Count);
        Assert.Empty(await store.ListAsync(Ct));
        await prices.PinAsync(Ct);
        await prices.PinAsync(Ct);
        Assert.Equal(2, (await store.ListAsync(Ct)).Count);
        Assert.Equal((1, 1), (sheets.Reads, provider.Reads));
    }

    [Fact]
    public async Task Assumption_OfSeveralSheets_IsTheNewestThatHoldsNow()
    {
        await using var state = await StateFolder.OpenAsync(new FakeTimeProvider(Now), Ct);
        var source = new Source(
            Sheet(Offering.Local, Assumed("old", Now.AddDays(-9), null)),
            Sheet(Offering.Local, Assumed("expired", Now.AddDays(-2), Now)),
            Sheet(Offering.Local, Assumed("newest", Now.AddDays(-3), null)),
            Sheet(Offering.Local, Assumed("not yet", Now.AddDays(1), null)));
        Assert.Equal("newest", (await new CurrentPrices(new PriceStore(state.Database), [source], new FakeTimeProvider(Now)).AssumptionAsync(Ct))?.Source);
        Assert.Null(await new CurrentPrices(new PriceStore(state.Database), [], new FakeTimeProvider(Now)).AssumptionAsync(Ct));
    }

    private static PriceSheet Sheet(Offering offering, RealtimeAssumption? assumption) =>
        new([new PriceQuote(offering, new Money(1, "USD"), "a sheet", Now.AddDays(-1), null)], assumption);

    private static RealtimeAssumption Assumed(string source, DateTimeOffset observed, DateTimeOffset? until) =>
        new(new Money(0.01m, "USD"), source, observed, until);

    private sealed class Source(params PriceSheet[] sheets) : IPriceSource
    {
        public int Reads { get; private set; }

        public Task<IReadOnlyList<PriceSheet>> ReadAsync(CancellationToken ct)
        {
            Reads++;
            return Task.FromResult<IReadOnlyList<PriceSheet>>(sheets);
        }
    }
}
