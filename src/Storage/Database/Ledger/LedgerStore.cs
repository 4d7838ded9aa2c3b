using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>The ledger. Entries are appended and never change: the engine itself refuses it. Thread-safe.</summary>
/// <remarks>Isolation: none is needed beyond the primary key; the second of two equal entries is left out.</remarks>
/// <param name="database">The database.</param>
public sealed class LedgerStore(StateDatabase database)
{
    private const string Columns = """
        id, usage_id, run_id, job, model, kind, provider, instance_type, zone, purchase, duration_ticks, cost_amount, cost_currency, cost_unknown,
        on_demand_amount, on_demand_currency, on_demand_unknown, price_source, from_at, to_at, predictions, posted_at, corrects_id
        """;

    /// <summary>Appends the entries and says what usage is settled with them, in one transaction; an id that is there already is the same entry, and is left
    /// alone.</summary>
    public Task AppendAsync(IReadOnlyList<SpendEntry> entries, UsageSettlement settlement, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        foreach (var entry in entries)
        {
            await tx.ExecuteAsync($"""
                INSERT INTO ledger ({Columns})
                VALUES (@Id, @UsageId, @run, @Job, @Model, @kind, @Provider, @InstanceType, @Zone, @purchase, @duration, @cost, @costCurrency, @costUnknown,
                    @onDemand, @onDemandCurrency, @onDemandUnknown, @PriceSource, @from, @to, @Predictions, @posted, @CorrectsEntryId)
                ON CONFLICT (id) DO NOTHING
                """, Parameters(entry)).ConfigureAwait(false);
        }
        foreach (var usage in settlement.Priced)
            await tx.ExecuteAsync("DELETE FROM unsettled_usage WHERE usage_id = @usage", new { usage }).ConfigureAwait(false);
        foreach (var usage in settlement.Unpriced)
            await tx.ExecuteAsync("UPDATE unsettled_usage SET prices_read = @PricesRead WHERE usage_id = @usage", new { usage, settlement.PricesRead })
                .ConfigureAwait(false);
        return entries.Count;
    }, Isolation.RowLocks, ct);

    /// <summary>Every entry of some usages, by start and id within a portion of them.</summary>
    public Task<IReadOnlyList<SpendEntry>> OfUsageAsync(IEnumerable<string> usages, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>($"SELECT {Columns} FROM ledger WHERE usage_id IN (@listed) ORDER BY from_at, id", usages).ConfigureAwait(false);
        return (IReadOnlyList<SpendEntry>)[.. rows.Select(r => r.ToEntry())];
    }, ct);

    /// <summary>The newest entries of a kind, newest first.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="before">Only of usage that starts before this instant; null means to the end.</param>
    /// <param name="most">The most to give.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<SpendEntry>> NewestAsync(CostKind kind, DateTimeOffset? before, int most, CancellationToken ct) => QueryAsync(
        "WHERE kind = @kind AND from_at < @before ORDER BY from_at DESC, id DESC LIMIT @most",
        new { kind = kind.ToString(), before = EpochMicroseconds.Of(before) ?? long.MaxValue, most }, ct);

    /// <summary>Entries of usage that is not recorded, which cannot be.</summary>
    public Task<IReadOnlyList<SpendEntry>> WithoutUsageAsync(CancellationToken ct) => QueryAsync(
        "WHERE NOT EXISTS (SELECT 1 FROM usage_records u WHERE u.id = ledger.usage_id) ORDER BY from_at, id", new { }, ct);

    /// <summary>The entries that match, by start and id.</summary>
    public Task<IReadOnlyList<SpendEntry>> ListAsync(LedgerFilter filter, CancellationToken ct)
    {
        var conditions = new List<string> { "1 = 1" };
        if (filter.RunId is not null)
            conditions.Add("run_id = @run");
        if (filter.Model is not null)
            conditions.Add("model = @Model");
        if (filter.From is not null)
            conditions.Add("from_at >= @from");
        if (filter.To is not null)
            conditions.Add("from_at < @to");
        return QueryAsync($"WHERE {string.Join(" AND ", conditions)} ORDER BY from_at, id", new
        {
            run = filter.RunId?.ToString(),
            filter.Model,
            from = EpochMicroseconds.Of(filter.From),
            to = EpochMicroseconds.Of(filter.To),
        }, ct);
    }

    private Task<IReadOnlyList<SpendEntry>> QueryAsync(string rest, object parameters, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>($"SELECT {Columns} FROM ledger {rest}", parameters).ConfigureAwait(false);
        return (IReadOnlyList<SpendEntry>)[.. rows.Select(r => r.ToEntry())];
    }, ct);

    private static object Parameters(SpendEntry entry) => new
    {
        entry.Id,
        entry.UsageId,
        run = entry.Run?.ToString(),
        entry.Job,
        entry.Model,
        kind = entry.Kind.ToString(),
        entry.Offering.Provider,
        entry.Offering.InstanceType,
        entry.Offering.Zone,
        purchase = entry.Offering.Purchase.ToString(),
        duration = entry.Duration.Ticks,
        cost = entry.Cost.TryGet(out var cost) ? OfferingRow.Text(cost.Amount) : null,
        costCurrency = entry.Cost.HasValue ? cost.Currency : null,
        costUnknown = entry.Cost.Reason,
        onDemand = entry.OnDemandCost.TryGet(out var onDemand) ? OfferingRow.Text(onDemand.Amount) : null,
        onDemandCurrency = entry.OnDemandCost.HasValue ? onDemand.Currency : null,
        onDemandUnknown = entry.OnDemandCost.Reason,
        entry.PriceSource,
        from = EpochMicroseconds.Of(entry.From),
        to = EpochMicroseconds.Of(entry.ToExclusive),
        entry.Predictions,
        posted = EpochMicroseconds.Of(entry.PostedAt),
        entry.CorrectsEntryId,
    };

    private sealed class Row : OfferingRow
    {
        public string Id { get; init; } = "";
        public string UsageId { get; init; } = "";
        public string? RunId { get; init; }
        public string Job { get; init; } = "";
        public string Model { get; init; } = "";
        public string Kind { get; init; } = "";
        public long DurationTicks { get; init; }
        public string? CostAmount { get; init; }
        public string? CostCurrency { get; init; }
        public string? CostUnknown { get; init; }
        public string? OnDemandAmount { get; init; }
        public string? OnDemandCurrency { get; init; }
        public string? OnDemandUnknown { get; init; }
        public string PriceSource { get; init; } = "";
        public long FromAt { get; init; }
        public long ToAt { get; init; }
        public long Predictions { get; init; }
        public long PostedAt { get; init; }
        public string? CorrectsId { get; init; }

        public SpendEntry ToEntry() =>
            new(Id, UsageId, RunId is null ? null
            : Domain.RunId.Parse(RunId), Job, Model, Enum.Parse<CostKind>(Kind), ToOffering(), TimeSpan.FromTicks(DurationTicks),
            Cost(CostAmount, CostCurrency, CostUnknown), Cost(OnDemandAmount, OnDemandCurrency, OnDemandUnknown), PriceSource,
            EpochMicroseconds.ToInstant(FromAt), EpochMicroseconds.ToInstant(ToAt), Predictions, EpochMicroseconds.ToInstant(PostedAt), CorrectsId);

        private Measured<Money> Cost(string? amount, string? currency, string? unknown) => amount is null
            ? Measured<Money>.NotMeasured(unknown ?? "")
            : Measured<Money>.Of(new Money(Amount(amount, $"ledger, entry {Id}"), currency ?? ""));
    }
}
