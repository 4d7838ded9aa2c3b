using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.CostModel.Tests.Ledger;

/// <summary>The proof names what is wrong, and nothing else.</summary>
public sealed class LedgerProofTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider _clock = new(Ledgers.Midnight.AddHours(2));
    private StateFolder _state = null!;
    private FixedPrices _prices = null!;

    public async ValueTask InitializeAsync()
    {
        _state = await StateFolder.OpenAsync(_clock, Ct);
        _prices = new FixedPrices(_state.Database);
        _prices.Say("a.yaml", Ledgers.Quote(Ledgers.Spot, 2m));
    }

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    private LedgerPoster Poster => new(_state.Database, _clock, _prices);

    private Task UseAsync(UsageRecord usage, string folder = "/prices") => new UsageStore(_state.Database, folder).AppendAsync(usage, Ct);

    private async Task<IReadOnlyList<LedgerDifference>> DifferencesAsync() =>
        (await new LedgerProof(_state.Database, _clock).CheckAsync(Ct)).Differences;

    [Fact]
    public async Task Ledger_PostedAtSeveralPricesOverTime_IsProvedEntryByEntry()
    {
        foreach (var day in Enumerable.Range(0, 4))
        {
            _prices.Say("a.yaml", Ledgers.Quote(Ledgers.Spot, day % 2 == 0 ? 2m : 5m));
            await UseAsync(Ledgers.Usage($"u{day}", busy: 0.75, rework: 0.25, predictions: 9) with { Subject = $"w{day}" });
            await Poster.CatchUpAsync(null, Ct);
            _clock.Advance(TimeSpan.FromDays(1));
        }

        _prices.Say("a.yaml");
        await Poster.CatchUpAsync(null, Ct);
        var verdict = await new LedgerProof(_state.Database, _clock).CheckAsync(Ct);
        Assert.Equal((4, 4, 0), (verdict.Usages, verdict.Proved, verdict.Differences.Count));
        Assert.Equal(2m + 5m + 2m + 5m, verdict.Ledger.Total.Value.Amount);
    }

    [Fact]
    public async Task Usage_WithoutAPrice_IsNamedAndHealsWhenThePriceComes()
    {
        _prices.Say("a.yaml");
        await UseAsync(Ledgers.Usage("u"));
        await Poster.CatchUpAsync(null, Ct);
        var missing = Assert.Single(await DifferencesAsync());
        Assert.True(missing.IsMissingPrice);
        Assert.Contains("1 h 00 min on", missing.What, StringComparison.Ordinal);

        _clock.Advance(TimeSpan.FromDays(9));
        _prices.Say("late.yaml", Ledgers.Quote(Ledgers.Spot, 4m));
        Assert.Equal(new CaughtUp(0, 0, 1), await Poster.CatchUpAsync(null, Ct));
        Assert.Empty(await DifferencesAsync());
        Assert.Equal(4m, Spend.Of(LedgerCorrection.Standing(await new LedgerStore(_state.Database).ListAsync(new LedgerFilter(), Ct))).Whole.Value.Amount);
        Assert.False((await Poster.CatchUpAsync(null, Ct)).Any);
    }

    [Fact]
    public async Task Usage_OfAnotherConfiguration_IsPricedByTheLastWordOfItsOwnFolder()
    {
        await UseAsync(Ledgers.Usage("u"), "/others");
        Assert.Equal(new CaughtUp(0, 1, 0), await Poster.CatchUpAsync(null, Ct));
        Assert.True(Assert.Single(await DifferencesAsync()).IsMissingPrice, "nothing is known of that folder, so the total is not whole");

        var others = new FixedPrices(_state.Database, "/others");
        others.Say("a.yaml", Ledgers.Quote(Ledgers.Spot, 7m));
        await others.PinAsync(DateTimeOffset.UnixEpoch, Ct);
        Assert.Equal(new CaughtUp(0, 0, 1), await Poster.CatchUpAsync(null, Ct));
        Assert.Empty(await DifferencesAsync());
        Assert.Equal(7m, Spend.Of(LedgerCorrection.Standing(await new LedgerStore(_state.Database).ListAsync(new LedgerFilter(), Ct))).Whole.Value.Amount);
    }

    [Theory]
    [InlineData("cost_amount = '1.5'", "says 1.5")]
    [InlineData("duration_ticks = 1", "the ledger has 0")]
    [InlineData("predictions = 8", "8 predictions, the usage 9")]
    [InlineData("kind = 'Idle'", "0 entries for batch time")]
    [InlineData("usage_id = 'x'", "is not in the ledger")]
    public async Task Entry_ChangedBehindTheBack_IsNamed(string change, string expected)
    {
        await UseAsync(Ledgers.Usage("u", predictions: 9));
        await Poster.CatchUpAsync(null, Ct);
        await ForceAsync($"UPDATE ledger SET {change}");
        var differences = await DifferencesAsync();
        Assert.Contains(differences, d => !d.IsMissingPrice && d.What.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Worker_BilledTwiceForOneTime_IsNamed()
    {
        await UseAsync(Ledgers.Usage("u"));
        await UseAsync(Ledgers.Usage("v") with { From = Ledgers.Midnight.AddMinutes(30), ToExclusive = Ledgers.Midnight.AddMinutes(90) });
        await Poster.CatchUpAsync(null, Ct);
        Assert.Contains("billed twice", Assert.Single(await DifferencesAsync()).What, StringComparison.Ordinal);
    }

    private async Task ForceAsync(string sql)
    {
        await _state.Database.ExecuteSqlAsync("DROP TRIGGER ledger_never_updated", Ct);
        await _state.Database.ExecuteSqlAsync(sql, Ct);
    }
}
