using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>What was rented, when and for what. Records are written once and never change. Thread-safe.</summary>
/// <remarks>Isolation: none is needed beyond the primary key; the second of two equal records is left out.</remarks>
/// <param name="database">The database.</param>
/// <param name="pricedBy">The price folder of records that name none and whose run names none.</param>
public sealed class UsageStore(StateDatabase database, string pricedBy = "")
{
    private const string Query = """
        SELECT id, run_id, serving_name, subject, kind, provider, instance_type, zone, purchase, from_at, to_at, busy_share, rework_share, predictions,
            billed_ticks, priced_by
        FROM usage_records
        """;

    // What a run's coordinator has settled counts wherever its workers are.
    internal const string PricedBySql =
        "COALESCE(NULLIF(@PricedBy, ''), (SELECT NULLIF(r.priced_by, '') FROM runs r WHERE r.run_id = @run), @own)";

    /// <summary>Writes the record; an id that is there already is the same record, and nothing is written.</summary>
    public Task AppendAsync(UsageRecord usage, CancellationToken ct) => AppendAsync([usage], ct);

    /// <summary>Writes the records in one transaction, all or none; one whose id is there already is left alone.</summary>
    public Task AppendAsync(IReadOnlyList<UsageRecord> usage, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        foreach (var record in usage)
            await AppendAsync(tx, record, pricedBy).ConfigureAwait(false);
        return usage.Count;
    }, Isolation.RowLocks, ct);

    /// <summary>The same inside a transaction. It is unsettled from then on.</summary>
    internal static async Task<int> AppendAsync(StateTransaction tx, UsageRecord usage, string pricedBy)
    {
        var written = await InsertAsync(tx, usage, pricedBy).ConfigureAwait(false);
        return written == 0 ? 0 : await tx.ExecuteAsync("INSERT INTO unsettled_usage (usage_id, prices_read) VALUES (@Id, -1)", new { usage.Id })
            .ConfigureAwait(false);
    }

    private static Task<int> InsertAsync(StateTransaction tx, UsageRecord usage, string pricedBy) => tx.ExecuteAsync($"""
        INSERT INTO usage_records (id, run_id, serving_name, subject, kind, provider, instance_type, zone, purchase, from_at, to_at, busy_share,
            rework_share, predictions, billed_ticks, priced_by)
        VALUES (@Id, @run, @ServingName, @Subject, @kind, @Provider, @InstanceType, @Zone, @purchase, @from, @to, @BusyShare, @ReworkShare, @Predictions,
            @billed, {PricedBySql})
        ON CONFLICT (id) DO NOTHING
        """, new
    {
        usage.Id,
        run = usage.Run?.ToString(),
        usage.ServingName,
        usage.Subject,
        kind = usage.Kind.ToString(),
        usage.Offering.Provider,
        usage.Offering.InstanceType,
        usage.Offering.Zone,
        purchase = usage.Offering.Purchase.ToString(),
        from = EpochMicroseconds.Of(usage.From),
        to = EpochMicroseconds.Of(usage.ToExclusive),
        usage.BusyShare,
        usage.ReworkShare,
        usage.Predictions,
        billed = usage.Billed?.Ticks,
        usage.PricedBy,
        own = pricedBy,
    });

    /// <summary>The records of a run by start and id.</summary>
    public Task<IReadOnlyList<UsageRecord>> ListAsync(RunId run, CancellationToken ct) =>
        QueryAsync("WHERE run_id = @run ORDER BY from_at, id", new { run = run.ToString() }, ct);

    /// <summary>All records by start and id, a page at a time.</summary>
    /// <param name="after">The last one of the page before; null means from the beginning.</param>
    /// <param name="most">The most to give.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<UsageRecord>> PageAsync(UsageRecord? after, int most, CancellationToken ct) => QueryAsync(
        $"{(after is null ? "" : "WHERE from_at >= @from AND (from_at > @from OR id > @id)")} ORDER BY from_at, id LIMIT @most",
        new { from = after is null ? 0 : EpochMicroseconds.Of(after.From), id = after?.Id, most }, ct);

    /// <summary>The records whose interval overlaps the half-open one given, or that are empty and start in it, by start and id.</summary>
    public Task<IReadOnlyList<UsageRecord>> ListAsync(DateTimeOffset from, DateTimeOffset toExclusive, CancellationToken ct) =>
        // The pluses take an index away: by it the engine would walk all that started before the end, which is history.
        QueryAsync("WHERE to_at >= @from AND +from_at < @to AND (to_at > @from OR +from_at >= @from) ORDER BY +from_at, id",
            new { from = EpochMicroseconds.Of(from), to = EpochMicroseconds.Of(toExclusive) }, ct);

    /// <summary>Whether there is usage that the ledger does not have, or has without a price.</summary>
    public Task<bool> AnyUnsettledAsync(CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.FindAsync<string>("SELECT usage_id FROM unsettled_usage LIMIT 1").ConfigureAwait(false) is not null, ct);

    /// <summary>The records that the ledger does not have, or has without a price and a price sheet has changed since it was tried, by start and id.</summary>
    /// <param name="most">The most to give; those that were not tried come first.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<UsageRecord>> UnsettledAsync(int most, CancellationToken ct) => QueryAsync("""
        WHERE id IN (SELECT n.usage_id FROM unsettled_usage n WHERE n.prices_read < (SELECT c.value FROM counters c WHERE c.name = 'price-reading')
            ORDER BY n.prices_read, n.usage_id LIMIT @most)
        ORDER BY from_at, id
        """, new { most }, ct);

    private Task<IReadOnlyList<UsageRecord>> QueryAsync(string rest, object parameters, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>($"{Query} {rest}", parameters).ConfigureAwait(false);
        return (IReadOnlyList<UsageRecord>)[.. rows.Select(r => r.ToRecord())];
    }, ct);

    private sealed class Row : OfferingRow
    {
        public string Id { get; init; } = "";
        public string? RunId { get; init; }
        public string ServingName { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Kind { get; init; } = "";
        public long FromAt { get; init; }
        public long ToAt { get; init; }
        public double BusyShare { get; init; }
        public double ReworkShare { get; init; }
        public long Predictions { get; init; }
        public long? BilledTicks { get; init; }
        public string PricedBy { get; init; } = "";

        public UsageRecord ToRecord() =>
            new(Id, RunId is null ? null : Domain.RunId.Parse(RunId), ServingName, Subject, Enum.Parse<UsageKind>(Kind), ToOffering(),
            EpochMicroseconds.ToInstant(FromAt), EpochMicroseconds.ToInstant(ToAt), BusyShare, ReworkShare, Predictions)
            {
                Billed = BilledTicks is { } billed ? TimeSpan.FromTicks(billed) : null,
                PricedBy = PricedBy,
            };
    }
}
