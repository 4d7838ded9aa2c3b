using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>What was rented, when and for what. Records are written once and never change. Thread-safe.</summary>
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
    }, ct);

    /// <summary>The same inside a transaction.</summary>
    internal static Task<int> AppendAsync(StateTransaction tx, UsageRecord usage, string pricedBy) => tx.ExecuteAsync($"""
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

    /// <summary>The records by start and id.</summary>
    /// <param name="run">Only of this run; null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<UsageRecord>> ListAsync(RunId? run, CancellationToken ct) =>
        ListAsync(run is null ? "" : "WHERE run_id = @run", new { run = run?.ToString() }, ct);

    /// <summary>The records whose interval overlaps the half-open one given, or that are empty and start in it, by start and id.</summary>
    public Task<IReadOnlyList<UsageRecord>> ListAsync(DateTimeOffset from, DateTimeOffset toExclusive, CancellationToken ct) =>
        ListAsync("WHERE from_at < @to AND (to_at > @from OR from_at >= @from)",
            new { from = EpochMicroseconds.Of(from), to = EpochMicroseconds.Of(toExclusive) }, ct);

    /// <summary>The records that the ledger does not have, or has an entry of without a price, by start and id.</summary>
    public Task<IReadOnlyList<UsageRecord>> UnsettledAsync(CancellationToken ct) => ListAsync("""
        WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.usage_id = usage_records.id)
            OR EXISTS (SELECT 1 FROM ledger l WHERE l.usage_id = usage_records.id AND l.cost_unknown IS NOT NULL)
        """, new { }, ct);

    private Task<IReadOnlyList<UsageRecord>> ListAsync(string where, object parameters, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>($"{Query} {where} ORDER BY from_at, id", parameters).ConfigureAwait(false);
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
