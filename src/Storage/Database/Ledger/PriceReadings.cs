using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>Everything that the price sheets of each folder ever said, and when they were changed or went. Nothing of it changes. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class PriceReadings(StateDatabase database)
{
    /// <summary>Records what the sheets of a folder say now, where that differs from what they said last: a sheet that is not among them is gone.</summary>
    /// <param name="folder">The folder; sheets of others are not touched.</param>
    /// <param name="sheets">Every sheet of it with its quotes.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task RecordAsync(string folder, IReadOnlyList<(string Sheet, IReadOnlyList<PriceQuote> Quotes)> sheets, CancellationToken ct) =>
        database.WriteAsync(async tx =>
        {
            var last = (await tx.QueryAsync<LastRow>("""
                SELECT r.sheet, r.digest FROM price_readings r WHERE r.priced_by = @folder AND r.reading_number =
                    (SELECT MAX(n.reading_number) FROM price_readings n WHERE n.priced_by = r.priced_by AND n.sheet = r.sheet)
                """, new { folder }).ConfigureAwait(false)).ToDictionary(r => r.Sheet, r => r.Digest, StringComparer.Ordinal);
            foreach (var (sheet, quotes) in sheets)
            {
                last.Remove(sheet, out var before);
                var digest = Digest.Of(StoredJson.Write(quotes)).Hex;
                if (before != digest)
                    await InsertAsync(tx, folder, sheet, digest, quotes).ConfigureAwait(false);
            }

            foreach (var gone in last.Where(l => l.Value.Length > 0))
                await InsertAsync(tx, folder, gone.Key, "", []).ConfigureAwait(false);
            return sheets.Count;
        }, ct);

    /// <summary>What the sheets of a folder said, in the order in which they were read.</summary>
    public Task<IReadOnlyList<PriceReading>> ListAsync(string folder, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
    {
        var quotes = (await tx.QueryAsync<QuoteRow>("""
            SELECT q.reading_number, q.provider, q.instance_type, q.zone, q.purchase, q.rate_per_hour, q.currency, q.source, q.observed_at, q.valid_until
            FROM price_quotes q JOIN price_readings r ON r.reading_number = q.reading_number WHERE r.priced_by = @folder
            ORDER BY q.reading_number, q.position
            """, new { folder }).ConfigureAwait(false)).ToLookup(q => q.ReadingNumber);
        var readings = await tx.QueryAsync<ReadingRow>(
            "SELECT reading_number, sheet, read_at FROM price_readings WHERE priced_by = @folder ORDER BY reading_number", new { folder })
            .ConfigureAwait(false);
        return (IReadOnlyList<PriceReading>)[.. readings.Select(r => new PriceReading(r.Sheet, EpochMicroseconds.ToInstant(r.ReadAt),
            [.. quotes[r.ReadingNumber].Select(q => q.ToQuote())]))];
    }, ct);

    private static async Task InsertAsync(StateTransaction tx, string folder, string sheet, string digest, IReadOnlyList<PriceQuote> quotes)
    {
        var number = await tx.NextAsync("price-reading").ConfigureAwait(false);
        await tx.ExecuteAsync("INSERT INTO price_readings (reading_number, priced_by, sheet, digest, read_at) VALUES (@number, @folder, @sheet, @digest, @now)",
            new { number, folder, sheet, digest, now = tx.NowMicroseconds }).ConfigureAwait(false);
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
