using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>Every price that was ever quoted, with its source and date. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class PriceStore(StateDatabase database)
{
    /// <summary>Appends the quotes in one transaction; a quote that is there already, in every part, is left alone.</summary>
    public Task AppendAsync(IReadOnlyList<PriceQuote> quotes, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        foreach (var quote in quotes)
        {
            var id = Digest.Of(StoredJson.Write(quote)).Hex;
            if (await tx.NumberAsync("SELECT price_number FROM prices WHERE id = @id", new { id }).ConfigureAwait(false) is not null)
                continue;
            await tx.ExecuteAsync("""
                INSERT INTO prices (id, price_number, provider, instance_type, zone, purchase, rate_per_hour, currency, source, observed_at, valid_until)
                VALUES (@id, @number, @Provider, @InstanceType, @Zone, @purchase, @amount, @Currency, @Source, @observed, @valid)
                """, new
            {
                id,
                number = await tx.NextAsync("price").ConfigureAwait(false),
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
        return quotes.Count;
    }, ct);

    /// <summary>Every quote, in the order of observation; of two observed at one instant the one appended later comes later.</summary>
    public Task<IReadOnlyList<PriceQuote>> ListAsync(CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>("""
            SELECT id, provider, instance_type, zone, purchase, rate_per_hour, currency, source, observed_at, valid_until FROM prices
            ORDER BY observed_at, price_number
            """).ConfigureAwait(false);
        return (IReadOnlyList<PriceQuote>)[.. rows.Select(r => r.ToQuote())];
    }, ct);

    private sealed class Row : OfferingRow
    {
        public string Id { get; init; } = "";
        public string RatePerHour { get; init; } = "";
        public string Currency { get; init; } = "";
        public string Source { get; init; } = "";
        public long ObservedAt { get; init; }
        public long? ValidUntil { get; init; }

        public PriceQuote ToQuote() => new(ToOffering(), new Money(Amount(RatePerHour, $"prices, quote {Id}"), Currency), Source,
            EpochMicroseconds.ToInstant(ObservedAt), EpochMicroseconds.ToInstant(ValidUntil));
    }
}
