using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Lanes;

/// <summary>The state of every scheduled job. Thread-safe, and safe for several processes: a change names the state it was decided from, and is refused when
/// that is no longer the stored one. The decisions that explain a change are stored with it or not at all.</summary>
/// <remarks>Isolation: serializable; a change is held against the revision that it was made from.</remarks>
/// <param name="database">The database.</param>
public sealed class LaneStore(StateDatabase database)
{
    private const string Query = "SELECT job, schedule, handled_through, is_paused, revision FROM lanes";

    /// <summary>The job's state; null means that it is not scheduled.</summary>
    public Task<LaneState?> FindAsync(string job, CancellationToken ct) => database.ReadTogetherAsync(tx => FindAsync(tx, job), ct);

    /// <summary>The same with the database's clock.</summary>
    public Task<StoredLane> ReadAsync(string job, CancellationToken ct) =>
        database.ReadTogetherAsync(async tx => new StoredLane(await FindAsync(tx, job).ConfigureAwait(false), tx.Now), ct);

    /// <summary>Every scheduled job's state, by job.</summary>
    public Task<IReadOnlyList<LaneState>> ListAsync(CancellationToken ct) => database.ReadTogetherAsync<IReadOnlyList<LaneState>>(async tx =>
    {
        var states = new List<LaneState>();
        foreach (var row in await tx.QueryAsync<Row>($"{Query} ORDER BY job").ConfigureAwait(false))
            states.Add(await StateAsync(tx, row).ConfigureAwait(false));
        return states;
    }, ct);

    /// <summary>Stores the first state of a job; a job that has one keeps it.</summary>
    /// <returns>What is stored now.</returns>
    public Task<LaneState> CreateAsync(LaneState state, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        if (await FindAsync(tx, state.Job).ConfigureAwait(false) is { } stored)
            return stored;
        await CreateAsync(tx, state).ConfigureAwait(false);
        return await StoredAsync(tx, state.Job).ConfigureAwait(false);
    }, ct);

    /// <summary>Replaces the state that <paramref name="next"/> was made from, told by its revision, and appends the decisions behind it; both or
    /// neither.</summary>
    /// <returns>What is stored now; null means that somebody else changed or removed it first, and nothing was written.</returns>
    public Task<LaneState?> TryChangeAsync(LaneState next, IReadOnlyList<Decision> decisions, CancellationToken ct) =>
        database.WriteAsync<LaneState?>(async tx =>
    {
        var changed = await tx.ExecuteAsync("""
            UPDATE lanes SET schedule = @Schedule, handled_through = @handled, is_paused = @paused, revision = revision + 1
            WHERE job = @Job AND revision = @Revision
            """, new
        {
            next.Job,
            next.Schedule,
            next.Revision,
            handled = EpochMicroseconds.Of(next.HandledThrough),
            paused = next.IsPaused ? 1 : 0,
        }).ConfigureAwait(false);
        if (changed == 0)
            return null;
        await tx.ExecuteAsync("DELETE FROM lane_pending WHERE job = @Job", new { next.Job }).ConfigureAwait(false);
        await WritePendingAsync(tx, next).ConfigureAwait(false);
        foreach (var decision in decisions)
            await DecisionStore.AppendAsync(tx, decision).ConfigureAwait(false);
        return await StoredAsync(tx, next.Job).ConfigureAwait(false);
    }, ct);

    /// <summary>Forgets a job that is scheduled no more, and appends the decision. False means that it was forgotten already.</summary>
    public Task<bool> RemoveAsync(string job, Decision decision, CancellationToken ct) => database.WriteAsync(tx => RemoveAsync(tx, job, decision), ct);

    /// <summary>The same inside a transaction.</summary>
    internal static async Task<bool> RemoveAsync(StateTransaction tx, string job, Decision decision)
    {
        await tx.ExecuteAsync("DELETE FROM lane_pending WHERE job = @job", new { job }).ConfigureAwait(false);
        if (await tx.ExecuteAsync("DELETE FROM lanes WHERE job = @job", new { job }).ConfigureAwait(false) == 0)
            return false;
        await DecisionStore.AppendAsync(tx, decision).ConfigureAwait(false);
        return true;
    }

    /// <summary>Stores a first state inside a transaction.</summary>
    internal static async Task CreateAsync(StateTransaction tx, LaneState state)
    {
        await tx.ExecuteAsync("INSERT INTO lanes (job, schedule, handled_through, is_paused, revision) VALUES (@Job, @Schedule, @handled, @paused, 1)",
            new { state.Job, state.Schedule, handled = EpochMicroseconds.Of(state.HandledThrough), paused = state.IsPaused ? 1 : 0 }).ConfigureAwait(false);
        await WritePendingAsync(tx, state).ConfigureAwait(false);
    }

    private static async Task WritePendingAsync(StateTransaction tx, LaneState state)
    {
        foreach (var instant in state.Pending)
        {
            await tx.ExecuteAsync("INSERT INTO lane_pending (job, scheduled_at) VALUES (@Job, @at)", new { state.Job, at = EpochMicroseconds.Of(instant) })
                .ConfigureAwait(false);
        }
    }

    /// <summary>The job's state inside a transaction.</summary>
    internal static async Task<LaneState?> FindAsync(StateTransaction tx, string job) =>
        await tx.FindAsync<Row>($"{Query} WHERE job = @job", new { job }).ConfigureAwait(false) is { } row
            ? await StateAsync(tx, row).ConfigureAwait(false) : null;

    /// <summary>The state of a job that has one, inside a transaction.</summary>
    internal static async Task<LaneState> StoredAsync(StateTransaction tx, string job) => await FindAsync(tx, job).ConfigureAwait(false)
        ?? throw new InvariantBrokenException("a lane that was just stored is found", $"job {job}");

    private static async Task<LaneState> StateAsync(StateTransaction tx, Row row)
    {
        var pending = await tx.QueryAsync<long>("SELECT scheduled_at FROM lane_pending WHERE job = @Job ORDER BY scheduled_at", new { row.Job })
            .ConfigureAwait(false);
        return new LaneState(row.Job, row.Schedule, EpochMicroseconds.ToInstant(row.HandledThrough), [.. pending.Select(at => EpochMicroseconds.ToInstant(at))],
            row.IsPaused == 1)
        { Revision = row.Revision };
    }

    private sealed class Row
    {
        public string Job { get; init; } = "";
        public string Schedule { get; init; } = "";
        public long HandledThrough { get; init; }
        public long IsPaused { get; init; }
        public long Revision { get; init; }
    }
}
