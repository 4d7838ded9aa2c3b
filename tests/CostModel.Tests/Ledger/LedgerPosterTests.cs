using BatchEngine.CostModel.Ledger;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.CostModel.Tests.Ledger;

public sealed class LedgerPosterTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostRun_PriceComesAfterThePosting_TheEntryIsReversedAndReplacedOnce()
    {
        var clock = new FakeTimeProvider(Ledgers.Midnight.AddHours(2));
        await using var state = await StateFolder.OpenAsync(clock, Ct);
        await new UsageStore(state.Database).AppendAsync(Ledgers.Usage("u"), Ct);
        var prices = new FixedPrices(state.Database);
        var poster = new LedgerPoster(state.Database, clock, prices);
        Assert.False(Assert.Single(await poster.PostRunAsync(Ledgers.Run, Ct)).Cost.HasValue);
        Assert.Empty(await poster.PostRunAsync(Ledgers.Run, Ct));

        prices.Say("a.yaml", Ledgers.Quote(Ledgers.Spot, 3m));
        clock.Advance(TimeSpan.FromDays(1));
        var correction = await poster.PostRunAsync(Ledgers.Run, Ct);
        Assert.All(correction, e => Assert.Equal((clock.GetUtcNow(), "u/batch"), (e.PostedAt, e.CorrectsEntryId)));

        var all = await new LedgerStore(state.Database).ListAsync(new LedgerFilter(), Ct);
        Assert.Equal(3, all.Count);
        Assert.Equal(3m, Assert.Single(LedgerCorrection.Standing(all)).Cost.Value.Amount);
        Assert.Empty(await poster.PostRunAsync(Ledgers.Run, Ct));
    }
}
