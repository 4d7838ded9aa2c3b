using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>Everything that the price sheets of each folder ever said, and when they were changed or went. Nothing of it changes. Thread-safe.</summary>
/// <remarks>Isolation: serializable; a reading is written because the last one differs.</remarks>
/// <param name="database">The database.</param>
public sealed class PriceReadings(StateDatabase database)
{
    private const int PageReadings = 16;

    /// <summary>Records what the sheets of a folder say now, where that differs from what they said last: a sheet that is not among them is gone.</summary>
    /// <param name="folder">The folder; sheets of others are not touched.</param>
    /// <param name="sheets">Every sheet of it with its quotes.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task RecordAsync(string folder, IReadOnlyList<(string Sheet, IReadOnlyList<PriceQuote> Quotes)> sheets, CancellationToken ct) =>
        database.WriteAsync(async tx =>
        {
            var last = (await tx.QueryAsync<LastRow>("""
                SELECT r.sheet, r.digest FROM price_sheets s JOIN price_readings r ON r.reading_number = s.reading_number WHERE s.priced_by = @folder
                """, new { folder }).ConfigureAwait(false)).ToDictionary(r => r.Sheet, r => r.Digest, StringComparer.Ordinal);
            foreach (var (sheet, quotes) in sheets)
            {
                last.Remove(sheet, out var before);
                var digest = Digest.Of(StoredJson.Write(quotes)).Hex;
                if (before != digest)
                    await InsertAsync(tx, folder, sheet, digest, quotes).ConfigureAwait(false);
            }

            foreach (var gone in last.Keys)
                await InsertAsync(tx, folder, gone, "", []).ConfigureAwait(false);
            return sheets.Count;
        }, ct);

    /// <summary>Whether anything was ever read of a folder.</summary>
    public Task<bool> AnyAsync(string folder, CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.NumberAsync("SELECT reading_number FROM price_readings WHERE priced_by = @folder LIMIT 1", new { folder })
            .ConfigureAwait(false) is not null, ct);

    /// <summary>The number of the newest reading of any folder; 0 means that nothing was read.</summary>
    public Task<long> NewestAsync(CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.NumberAsync("SELECT value FROM counters WHERE name = 'price-reading'").ConfigureAwait(false) ?? 0, ct);

    /// <summary>All that the sheets of a folder ever said, in the order in which they were read.</summary>
    public Task<IReadOnlyList<PriceReading>> ListAsync(string folder, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
        await ReadAsync(tx, "WHERE r.priced_by = @folder", new { folder }).ConfigureAwait(false), ct);

    /// <summary>What is needed to price usage from an instant on: of each sheet that is still there what it said last, and before it back to what counted at
    /// that instant. In the order in which it was read.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="since">The start of the earliest usage that is priced.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<PriceReading>> SinceAsync(string folder, DateTimeOffset since, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
    {
        var found = new List<(long Number, PriceReading Reading)>();
        foreach (var sheet in await tx.QueryAsync<string>("SELECT sheet FROM price_sheets WHERE priced_by = @folder ORDER BY sheet", new { folder })
            .ConfigureAwait(false))
            await BackToAsync(tx, folder, sheet, since, found).ConfigureAwait(false);
        return (IReadOnlyList<PriceReading>)[.. found.OrderBy(f => f.Number).Select(f => f.Reading)];
    }, ct);

    // A reading counts until the date of the one that follows it, so with one of the instant's date or earlier nothing before that one counts.
    private static async Task BackToAsync(StateTransaction tx, string folder, string sheet, DateTimeOffset since, List<(long, PriceReading)> found)
    {
        for (var before = long.MaxValue; ;)
        {
            var page = await tx.QueryAsync<long>("""
                SELECT reading_number FROM price_readings WHERE priced_by = @folder AND sheet = @sheet AND reading_number < @before
                ORDER BY reading_number DESC LIMIT @PageReadings
                """, new { folder, sheet, before, PageReadings }).ConfigureAwait(false);
            foreach (var number in page)
            {
                var reading = (await ReadAsync(tx, "WHERE r.reading_number = @number", new { number }).ConfigureAwait(false))[0];
                found.Add((number, reading));
                if (reading.Quotes.Count > 0 && reading.Quotes.Min(q => q.ObservedAt) <= since)
                    return;
            }
            if (page.Count < PageReadings)
                return;
            before = page[^1];
        }
    }

    private static async Task<IReadOnlyList<PriceReading>> ReadAsync(StateTransaction tx, string where, object parameters)
    {
        var quotes = (await tx.QueryAsync<QuoteRow>($"""
            SELECT q.reading_number, q.provider, q.instance_type, q.zone, q.purchase, q.rate_per_hour, q.currency, q.source, q.observed_at, q.valid_until
            FROM price_quotes q JOIN price_readings r ON r.reading_number = q.reading_number {where} ORDER BY q.reading_number, q.position
            """, parameters).ConfigureAwait(false)).ToLookup(q => q.ReadingNumber);
        var readings = await tx.QueryAsync<ReadingRow>($"SELECT r.reading_number, r.sheet, r.read_at FROM price_readings r {where} ORDER BY r.reading_number",
            parameters).ConfigureAwait(false);
        return [.. readings.Select(r =>
            new PriceReading(r.Sheet, EpochMicroseconds.ToInstant(r.ReadAt), [.. quotes[r.ReadingNumber].Select(q => q.ToQuote())]))];
    }

    private static async Task InsertAsync(StateTransaction tx, string folder, string sheet, string digest, IReadOnlyList<PriceQuote> quotes)
    {
        var number = await tx.NextAsync("price-reading").ConfigureAwait(false);
        await tx.ExecuteAsync("INSERT INTO price_readings (reading_number, priced_by, sheet, digest, read_at) VALUES (@number, @folder, @sheet, @digest, @now)",
            new { number, folder, sheet, digest, now = tx.NowMicroseconds }).ConfigureAwait(false);
        await tx.ExecuteAsync(digest.Length == 0 ? "DELETE FROM price_sheets WHERE priced_by = @folder AND sheet = @sheet" : """
            INSERT INTO price_sheets (priced_by, sheet, reading_number) VALUES (@folder, @sheet, @number)
            ON CONFLICT (priced_by, sheet) DO UPDATE SET reading_number = excluded.reading_number
            """, new { folder, sheet, number }).ConfigureAwait(false);
        for (var position = 0; position < quotes.Count; position++)
        {
            var quote = quotes[position];
            await tx.ExecuteAsync("""
                INSERT INTO price_quotes (reading_number, position, provider, instance_type, zone, purchase, rate_per_hour, currency, source, observed_at,
                    valid_until)
                VALUES (@number, @position, @Provider, @InstanceType, @Zone, @purchase, @amount, @Currency, @Source, @observed, @valid)
                """, new
            {
                number,
                position,
                quote.Offering.Provider,
                quote.Offering.InstanceType,
                quote.Offering.Zone,
                purchase = quote.Offering.Purchase.ToString(),
                amount = OfferingRow.Text(quote.PerHour.Amount),
                quote.PerHour.Currency,
                quote.Source,
                observed = EpochMicroseconds.Of(quote.ObservedAt),
                valid = EpochMicroseconds.Of(quote.ValidUntil),
            }).ConfigureAwait(false);
        }
    }

    private sealed class LastRow
    {
        public string Sheet { get; init; } = "";
        public string Digest { get; init; } = "";
    }

    private sealed class ReadingRow
    {
        public long ReadingNumber { get; init; }
        public string Sheet { get; init; } = "";
        public long ReadAt { get; init; }
    }

    private sealed class QuoteRow : OfferingRow
    {
        public long ReadingNumber { get; init; }
        public string RatePerHour { get; init; } = "";
        public string Currency { get; init; } = "";
        public string Source { get; init; } = "";
        public long ObservedAt { get; init; }
        public long? ValidUntil { get; init; }

        public PriceQuote ToQuote() => new(ToOffering(), new Money(Amount(RatePerHour, $"price_quotes, reading {ReadingNumber}"), Currency), Source,
            EpochMicroseconds.ToInstant(ObservedAt), EpochMicroseconds.ToInstant(ValidUntil));
    }
}
