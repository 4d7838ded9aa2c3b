using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.CostModel.Tests.Ledger;

/// <summary>One process interval is billed once: the measured work to its names, the rest as idle; a killed process loses at most one beat.</summary>
public sealed class EndpointBooksTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _clock = new(Ledgers.Midnight);
    private StateFolder _state = null!;
    private FixedPrices _prices = null!;

    public async ValueTask InitializeAsync()
    {
        _state = await StateFolder.OpenAsync(_clock, Ct);
        _prices = new FixedPrices(_state.Database);
        _prices.Say("a.yaml", Ledgers.Quote(Offering.Local, 3.6m));
    }

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    private EndpointBooks Open(bool isDiagnostic = false) =>
        new(_state.Database, _clock, _prices, new EndpointIdentity(isDiagnostic ? "lookup" : "serve", Beat, isDiagnostic));

    private async Task WriteAsync(EndpointBooks books, double seconds, string idleName = "", bool isEnd = false)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        await books.WriteAsync(_clock.GetUtcNow(), idleName, isEnd, Ct);
        await books.PostAsync(_clock.GetUtcNow(), Ct);
    }

    private async Task<IReadOnlyList<(CostKind Kind, string Job, double Seconds, decimal Cost, long Predictions)>> LedgerAsync() =>
        [.. (await new LedgerStore(_state.Database).ListAsync(new LedgerFilter(), Ct)).Where(e => e.Duration > TimeSpan.Zero)
            .Select(e => (e.Kind, e.Job, e.Duration.TotalSeconds, e.Cost.Value.Amount, e.Predictions)).OrderBy(e => e.Kind).ThenBy(e => e.Job)];

    [Fact]
    public async Task Interval_TwoNamesWorked_IsBilledOnceAndSplitByTheirWork()
    {
        var books = Open();
        books.Meter("a", TimeSpan.FromSeconds(1), 5);
        books.Meter("b", TimeSpan.FromSeconds(2), 7);
        await WriteAsync(books, 10);
        Assert.Equal([(CostKind.Realtime, "a", 1, 0.001m, 5), (CostKind.Realtime, "b", 2, 0.002m, 7), (CostKind.Idle, "", 7, 0.007m, 0)], await LedgerAsync());
        Assert.Empty((await new LedgerProof(_state.Database, _clock).CheckAsync(Ct)).Differences);
    }

    [Fact]
    public async Task Interval_MoreWorkThanOneCore_IsBilledInFull()
    {
        var books = Open();
        books.Meter("a", TimeSpan.FromSeconds(35), 5);
        await WriteAsync(books, 10, "a");
        Assert.Equal([(CostKind.Realtime, "a", 35, 0.035m, 5)], await LedgerAsync());
    }

    [Fact]
    public async Task Work_ThatFailed_IsPaidForAndMakesNoPrediction()
    {
        var books = Open();
        books.Meter("a", TimeSpan.FromSeconds(4), 0);
        await WriteAsync(books, 10, "a");
        Assert.Equal([(CostKind.Realtime, "a", 4, 0.004m, 0), (CostKind.Idle, "a", 6, 0.006m, 0)], await LedgerAsync());
    }

    [Fact]
    public async Task QuietTime_IsBilledAsIdleOnceAnHourAndAtTheEnd()
    {
        var books = Open();
        for (var beat = 0; beat < 361; beat++)
            await WriteAsync(books, 10, "a");
        Assert.Equal([(CostKind.Idle, "a", 3_600, 3.6m, 0)], await LedgerAsync());
        await WriteAsync(books, 5, "a", isEnd: true);
        Assert.Equal(3_615, (await LedgerAsync()).Sum(e => e.Seconds));
    }

    [Fact]
    public async Task Process_KilledWhileQuiet_LosesNoMoreThanOneBeatAndThatIsUnallocated()
    {
        var books = Open();
        await WriteAsync(books, 10, "a");
        await WriteAsync(books, 10, "a");
        _clock.Advance(TimeSpan.FromSeconds(31));
        var dead = Assert.Single((await new LedgerProof(_state.Database, _clock).CheckAsync(Ct)).Differences);
        Assert.Contains("last sign of life", dead.What, StringComparison.Ordinal);
        Assert.Equal(new CaughtUp(1, 2, 0), await new LedgerPoster(_state.Database, _clock, _prices).CatchUpAsync(null, Ct));
        Assert.Equal([(CostKind.Idle, "", 10, 0.01m, 0), (CostKind.Idle, "a", 20, 0.02m, 0)], await LedgerAsync());
        Assert.Equal(new CaughtUp(0, 0, 0), await new LedgerPoster(_state.Database, _clock, _prices).CatchUpAsync(null, Ct));
        Assert.Empty((await new LedgerProof(_state.Database, _clock).CheckAsync(Ct)).Differences);
    }

    [Fact]
    public async Task Process_KilledBetweenUsageAndLedger_IsPostedByTheNextOne()
    {
        var books = Open();
        books.Meter("a", TimeSpan.FromSeconds(1), 5);
        _clock.Advance(Beat);
        await books.WriteAsync(_clock.GetUtcNow(), "a", false, Ct);
        Assert.Equal(2, (await new LedgerProof(_state.Database, _clock).CheckAsync(Ct)).Differences.Count);
        Assert.Equal(2, (await new LedgerPoster(_state.Database, _clock, _prices).CatchUpAsync(null, Ct)).Posted);
        Assert.Equal(10, (await LedgerAsync()).Sum(e => e.Seconds));
    }

    [Fact]
    public async Task Lookups_OfAPerson_AreCountedApartAndTheirProcessIsBilled()
    {
        var books = Open(isDiagnostic: true);
        books.Count("a", _clock.GetUtcNow(), AnswerSource.Snapshot, RouteReason.Fresh, 3);
        await WriteAsync(books, 2, "a", isEnd: true);
        Assert.True(Assert.Single(await new AnswerStore(_state.Database).ListAsync(Ledgers.Midnight, Ledgers.Midnight.AddHours(1), Ct)).IsDiagnostic);
        Assert.Equal([(CostKind.Idle, "", 2, 0.002m, 0)], await LedgerAsync());
    }
}
