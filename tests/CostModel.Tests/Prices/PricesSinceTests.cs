using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.TestKit.Folders;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.CostModel.Tests.Prices;

/// <summary>A book of what is read back only to an instant prices everything from there on as the book of all that was ever read.</summary>
public sealed class PricesSinceTests
{
    private const string Folder = "/prices";
    private static readonly string[] Sheets = ["a.yaml", "b.yaml"];
    private static readonly Offering[] Offerings = [Ledgers.Spot, Ledgers.Spot with { InstanceType = "m7i.large" }, Ledgers.Spot with { Zone = "*" }];

    private static readonly Gen<PriceQuote> GenQuote =
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 9], Gen.Int[-30, 30], Gen.Int[0, 20].Select(d => d < 5 ? d : (int?)null),
        (offering, price, day, valid) => Ledgers.Quote(Offerings[offering], price, Ledgers.Midnight.AddDays(day),
            valid is { } days ? Ledgers.Midnight.AddDays(day + days + 1) : null));

    private static readonly Gen<(int Sheet, PriceQuote[] Quotes)[]> GenReadings = Gen.Select(Gen.Int[0, 1], GenQuote.Array[0, 3]).Array[0, 40];

    [Fact]
    public async Task Book_OfWhatIsReadBackToAnInstant_PricesWhatFollowsAsAllOfHistoryDoes() => await GenReadings.SampleAsync(async readings =>
    {
        var ct = TestContext.Current.CancellationToken;
        var clock = new FakeTimeProvider(Ledgers.Midnight);
        await using var state = await StateFolder.OpenAsync(clock, ct);
        var store = new PriceReadings(state.Database);
        var now = new SortedDictionary<string, IReadOnlyList<PriceQuote>>(StringComparer.Ordinal);
        foreach (var (sheet, quotes) in readings)
        {
            clock.Advance(TimeSpan.FromHours(1));
            now.Remove(Sheets[sheet]);
            if (quotes.Length > 0)
                now[Sheets[sheet]] = quotes;
            await store.RecordAsync(Folder, [.. now.Select(s => (s.Key, s.Value))], ct);
        }
        var all = await store.ListAsync(Folder, ct);
        foreach (var since in (int[])[-40, -7, 0, 12, 31])
        {
            var known = await store.SinceAsync(Folder, Ledgers.Midnight.AddDays(since), ct);
            (PriceBook Whole, PriceBook Short)[] pairs = [(PriceHistory.Book(all, [.. now.Select(s => (s.Key, s.Value))]),
                PriceHistory.Book(known, [.. now.Select(s => (s.Key, s.Value))])),
                (PriceHistory.BookAt(all, clock.GetUtcNow()), PriceHistory.BookAt(known, clock.GetUtcNow()))];
            foreach (var (whole, part) in pairs)
            {
                for (var day = since; day < 40; day++)
                    Assert.All(Offerings, o => Assert.Equal(PriceOf(whole, o, day), PriceOf(part, o, day)));
            }
        }
    }, iter: 60, threads: 1);

    private static decimal? PriceOf(PriceBook book, Offering offering, int day) =>
        book.At(offering, Ledgers.Midnight.AddDays(day)).PerHour is { HasValue: true } price ? price.Value.Amount : null;
}
