using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>What is metered and not over, written ahead. A slice becomes usage once: by its own process, or by whoever finds that process dead. Thread-safe;
/// several processes may use it.</summary>
/// <remarks>Isolation: row locks; a slice is held by its name while it is changed.</remarks>
/// <param name="database">The database.</param>
/// <param name="pricedBy">The price folder of slices that name none and whose run names none.</param>
public sealed class OpenSliceStore(StateDatabase database, string pricedBy = "")
{
    private const string Columns = "id, run_id, serving_name, subject, kind, provider, instance_type, zone, purchase, from_at, seen_at, beat_ticks, "
        + "busy_ticks, rework_ticks, predictions, priced_by, billed_share";

    /// <summary>Writes a sign of life, of the slice and of its worker. A slice that another process has ended meanwhile stays ended.</summary>
    public Task BeatAsync(OpenSlice slice, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await BeatAsync(tx, slice.Subject).ConfigureAwait(false);
        return await BeatAsync(tx, slice).ConfigureAwait(false);
    }, Isolation.RowLocks, ct);

    /// <summary>A sign of life of a worker; of somebody who is no worker it is nothing.</summary>
    internal static Task<int> BeatAsync(StateTransaction tx, string worker) =>
        tx.ExecuteAsync("UPDATE workers SET seen_at = @now WHERE name = @worker", new { worker, now = tx.NowMicroseconds });

    private async Task<int> BeatAsync(StateTransaction tx, OpenSlice slice)
    {
        await HoldAsync(tx, slice.Id).ConfigureAwait(false);
        if (await EndedUntilAsync(tx, slice).ConfigureAwait(false) is not null)
            return 0;
        return await tx.ExecuteAsync($"""
            INSERT INTO open_slices ({Columns})
            VALUES (@Id, @run, @ServingName, @Subject, @kind, @Provider, @InstanceType, @Zone, @purchase, @from, @seen, @beat, @busy, @rework, @Predictions,
                {UsageStore.PricedBySql}, @BilledShare)
            ON CONFLICT (id) DO UPDATE SET seen_at = @seen, busy_ticks = @busy, rework_ticks = @rework,
                predictions = @Predictions
            """, new
        {
            slice.Id,
            run = slice.Run?.ToString(),
            slice.ServingName,
            slice.Subject,
            kind = slice.Kind.ToString(),
            slice.Offering.Provider,
            slice.Offering.InstanceType,
            slice.Offering.Zone,
            purchase = slice.Offering.Purchase.ToString(),
            from = EpochMicroseconds.Of(slice.From),
            seen = EpochMicroseconds.Of(slice.SeenAt),
            beat = slice.Beat.Ticks,
            busy = slice.Busy.Ticks,
            rework = slice.Rework.Ticks,
            slice.Predictions,
            slice.PricedBy,
            own = pricedBy,
            slice.BilledShare,
        }).ConfigureAwait(false);
    }

    /// <summary>Ends a slice: its usage is written and its row goes, in one transaction. Ending it again writes nothing twice.</summary>
    /// <param name="slice">As it is known to its own process.</param>
    /// <param name="usage">The records from an instant on: the slice's start, or where another process that took it for dead has ended it.</param>
    /// <param name="next">The slice that goes on from here; null means that its process ends.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>What was written.</returns>
    public Task<IReadOnlyList<UsageRecord>> EndAsync(OpenSlice slice, Func<DateTimeOffset, IReadOnlyList<UsageRecord>> usage, OpenSlice? next,
        CancellationToken ct) =>
        database.WriteAsync(async tx =>
        {
            await HoldAsync(tx, slice.Id).ConfigureAwait(false);
            var records = usage(await EndedUntilAsync(tx, slice).ConfigureAwait(false) ?? slice.From);
            foreach (var record in records)
                await UsageStore.AppendAsync(tx, record, pricedBy).ConfigureAwait(false);
            await RemoveAsync(tx, slice.Id).ConfigureAwait(false);
            if (next is not null)
                await BeatAsync(tx, next).ConfigureAwait(false);
            return records;
        }, Isolation.RowLocks, ct);

    /// <summary>Ends a slice whose process is dead, when it is still as it was found.</summary>
    /// <returns>Whether it was.</returns>
    public Task<bool> SettleAsync(OpenSlice found, DateTimeOffset now, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await HoldAsync(tx, found.Id).ConfigureAwait(false);
        var seen = await tx.NumberAsync("SELECT seen_at FROM open_slices WHERE id = @Id", new { found.Id }).ConfigureAwait(false);
        if (seen != EpochMicroseconds.Of(found.SeenAt))
            return false;
        foreach (var record in found.Remains(now))
            await UsageStore.AppendAsync(tx, record, pricedBy).ConfigureAwait(false);
        await RemoveAsync(tx, found.Id).ConfigureAwait(false);
        return true;
    }, Isolation.RowLocks, ct);

    /// <summary>Every open slice, by start.</summary>
    /// <param name="run">Only of this run; null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<OpenSlice>> ListAsync(RunId? run, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>($"SELECT {Columns} FROM open_slices {(run is null ? "" : "WHERE run_id = @run")} ORDER BY from_at, id",
            new { run = run?.ToString() }).ConfigureAwait(false);
        return (IReadOnlyList<OpenSlice>)[.. rows.Select(r => r.ToSlice())];
    }, ct);

    private static async Task<DateTimeOffset?> EndedUntilAsync(StateTransaction tx, OpenSlice slice) =>
        await tx.NumberAsync("SELECT MAX(to_at) FROM usage_records WHERE id IN (@Id, @lost)", new { slice.Id, lost = $"{slice.Id}/unallocated" })
            .ConfigureAwait(false) is { } ended ? EpochMicroseconds.ToInstant(ended) : null;

    // By its name and not by its row: a slice that was ended has none, and must not get one again.
    private static Task HoldAsync(StateTransaction tx, string id) => tx.LockNameAsync($"open slice {id}");

    private static Task<int> RemoveAsync(StateTransaction tx, string id) => tx.ExecuteAsync("DELETE FROM open_slices WHERE id = @id", new { id });

    private sealed class Row : OfferingRow
    {
        public string Id { get; init; } = "";
        public string? RunId { get; init; }
        public string ServingName { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Kind { get; init; } = "";
        public long FromAt { get; init; }
        public long SeenAt { get; init; }
        public long BeatTicks { get; init; }
        public long BusyTicks { get; init; }
        public long ReworkTicks { get; init; }
        public long Predictions { get; init; }
        public string PricedBy { get; init; } = "";
        public double BilledShare { get; init; }

        public OpenSlice ToSlice() => new(Id, RunId is null ? null : Domain.RunId.Parse(RunId), ServingName, Subject, Enum.Parse<UsageKind>(Kind), ToOffering(),
            EpochMicroseconds.ToInstant(FromAt), EpochMicroseconds.ToInstant(SeenAt), TimeSpan.FromTicks(BeatTicks), TimeSpan.FromTicks(BusyTicks),
            TimeSpan.FromTicks(ReworkTicks), Predictions, PricedBy)
        { BilledShare = BilledShare };
    }
}
