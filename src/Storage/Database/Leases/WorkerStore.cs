using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>Who works, or lately did. Thread-safe; every method may be repeated, and instants are the database's. Between these writes a worker's row is
/// renewed
/// by the signs of life of its usage (<see cref="OpenSliceStore.BeatAsync(OpenSlice, CancellationToken)"/>).</summary>
/// <param name="database">The database.</param>
public sealed class WorkerStore(StateDatabase database)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>Workers come; one of a name that is there already takes its row. Rows of workers that were last seen a week ago go.</summary>
    /// <param name="cards">What they say of themselves.</param>
    /// <param name="state">What they begin with.</param>
    /// <param name="run">The run that they work on; null means none yet.</param>
    /// <param name="life">How long they may be silent.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task ArriveAsync(IReadOnlyList<WorkerCard> cards, WorkerState state, RunId? run, TimeSpan life, CancellationToken ct) =>
        database.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("DELETE FROM workers WHERE seen_at < @before", new { before = tx.NowMicroseconds - EpochMicroseconds.Of(KeptFor) })
                .ConfigureAwait(false);
            foreach (var card in cards)
                await ArriveAsync(tx, card, state, run, life).ConfigureAwait(false);
            return cards.Count;
        }, Isolation.RowLocks, ct);

    /// <summary>What workers do from now on.</summary>
    /// <param name="names">The workers.</param>
    /// <param name="state">What they do.</param>
    /// <param name="run">The run that they work on; null means none.</param>
    /// <param name="life">How long they may be silent; null leaves it as it is.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task TurnAsync(IReadOnlyList<string> names, WorkerState state, RunId? run, TimeSpan? life, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        foreach (var name in names)
        {
            await tx.ExecuteAsync("UPDATE workers SET state = @state, run_id = @run, seen_at = @now, life = COALESCE(@life, life) WHERE name = @name", new
            {
                name,
                state = state.ToString(),
                run = run?.ToString(),
                now = tx.NowMicroseconds,
                life = life is { } known ? EpochMicroseconds.Of(known) : (long?)null,
            }).ConfigureAwait(false);
        }
        return names.Count;
    }, Isolation.RowLocks, ct);

    /// <summary>A sign of life of a worker that has no run.</summary>
    public Task BeatAsync(string name, CancellationToken ct) => database.WriteAsync(tx => OpenSliceStore.BeatAsync(tx, name), Isolation.RowLocks, ct);

    /// <summary>Every worker, those that were seen last first.</summary>
    public Task<IReadOnlyList<WorkerSighting>> ListAsync(CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>("""
            SELECT name, host, process, version, work_format, processor, vector_bits, cores, memory_bytes, provider, instance_type, zone, purchase, life,
                started_at, seen_at, run_id, state
            FROM workers ORDER BY seen_at DESC, name
            """).ConfigureAwait(false);
        return (IReadOnlyList<WorkerSighting>)[.. rows.Select(r => r.ToSighting(tx.NowMicroseconds))];
    }, ct);

    private static Task<int> ArriveAsync(StateTransaction tx, WorkerCard card, WorkerState state, RunId? run, TimeSpan life) => tx.ExecuteAsync("""
        INSERT INTO workers (name, host, process, version, work_format, processor, vector_bits, cores, memory_bytes, provider, instance_type, zone, purchase,
            life, started_at, seen_at, run_id, state)
        VALUES (@Name, @Host, @Process, @Version, @Format, @Processor, @VectorBits, @Cores, @MemoryBytes, @Provider, @InstanceType, @Zone, @purchase, @life,
            @now, @now, @run, @state)
        ON CONFLICT (name) DO UPDATE SET host = excluded.host, process = excluded.process, version = excluded.version, work_format = excluded.work_format,
            processor = excluded.processor, vector_bits = excluded.vector_bits, cores = excluded.cores, memory_bytes = excluded.memory_bytes,
            provider = excluded.provider, instance_type = excluded.instance_type, zone = excluded.zone, purchase = excluded.purchase, life = excluded.life,
            started_at = excluded.started_at, seen_at = excluded.seen_at, run_id = excluded.run_id, state = excluded.state
        """, new
    {
        card.Name,
        card.Host,
        card.Process,
        card.Version,
        card.Format,
        card.Processor,
        card.VectorBits,
        card.Cores,
        card.MemoryBytes,
        card.Offering.Provider,
        card.Offering.InstanceType,
        card.Offering.Zone,
        purchase = card.Offering.Purchase.ToString(),
        life = EpochMicroseconds.Of(life),
        now = tx.NowMicroseconds,
        run = run?.ToString(),
        state = state.ToString(),
    });

    private sealed class Row : OfferingRow
    {
        public string Name { get; init; } = "";
        public string Host { get; init; } = "";
        public string? Process { get; init; }
        public string Version { get; init; } = "";
        public long WorkFormat { get; init; }
        public string Processor { get; init; } = "";
        public long VectorBits { get; init; }
        public long Cores { get; init; }
        public long MemoryBytes { get; init; }
        public long Life { get; init; }
        public long StartedAt { get; init; }
        public long SeenAt { get; init; }
        public string? RunId { get; init; }
        public string State { get; init; } = "";

        public WorkerSighting ToSighting(long now)
        {
            var state = Enum.Parse<WorkerState>(State);
            return new WorkerSighting(
                new WorkerCard(Name, Host, Process, Version, (int)WorkFormat, Processor, (int)VectorBits, (int)Cores, MemoryBytes, ToOffering()), state,
                RunId is null ? null : Domain.RunId.Parse(RunId), EpochMicroseconds.ToInstant(StartedAt), EpochMicroseconds.ToInstant(SeenAt),
                IsGone: state != WorkerState.Ended && SeenAt + Life < now);
        }
    }
}
