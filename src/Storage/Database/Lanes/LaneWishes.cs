using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Lanes;

/// <summary>Which schedulers want which jobs. A job stays scheduled while a living one has it; of schedules that differ, the one that changed last is in force
/// while a scheduler that has it lives. Thread-safe; several processes may use it.</summary>
/// <param name="database">The database.</param>
public sealed class LaneWishes(StateDatabase database)
{
    /// <summary>Says that the source has a job with a schedule, and makes its lane when there is none.</summary>
    /// <param name="source">The source.</param>
    /// <param name="job">The job.</param>
    /// <param name="schedule">What its file says.</param>
    /// <param name="former">The lane's first state, as an earlier version left it; null means that it starts now.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<WishedLane> PutAsync(LaneSource source, string job, string schedule, LaneState? former, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await BeatAsync(tx, source).ConfigureAwait(false);
        var before = (await tx.QueryAsync<string>("SELECT schedule FROM lane_wishes WHERE job = @job AND source = @Name", new { job, source.Name })
            .ConfigureAwait(false)).SingleOrDefault();
        await tx.ExecuteAsync("""
            INSERT INTO lane_wishes (job, source, schedule) VALUES (@job, @Name, @schedule)
            ON CONFLICT (job, source) DO UPDATE SET schedule = excluded.schedule
            """, new { job, source.Name, schedule }).ConfigureAwait(false);
        if (await LaneStore.FindAsync(tx, job).ConfigureAwait(false) is not { } stored)
        {
            await LaneStore.CreateAsync(tx, former ?? new LaneState(job, schedule, tx.Now, [], false)).ConfigureAwait(false);
            stored = await LaneStore.StoredAsync(tx, job).ConfigureAwait(false);
        }
        if (stored.Schedule == schedule)
            return new WishedLane(stored, true, tx.Now);
        var isChangedHere = before is not null && before != schedule;
        if (!isChangedHere && await tx.NumberAsync("""
            SELECT COUNT(*) FROM lane_wishes w JOIN lane_sources s ON s.source = w.source
            WHERE w.job = @job AND w.source <> @Name AND w.schedule = @Schedule AND s.alive_until > @now
            """, new { job, source.Name, stored.Schedule, now = tx.NowMicroseconds }).ConfigureAwait(false) > 0)
            return new WishedLane(stored, false, tx.Now);
        // Nothing of its past is run unasked.
        await tx.ExecuteAsync("UPDATE lanes SET schedule = @schedule, handled_through = @now, revision = revision + 1 WHERE job = @job",
            new { job, schedule, now = tx.NowMicroseconds }).ConfigureAwait(false);
        return new WishedLane(await LaneStore.StoredAsync(tx, job).ConfigureAwait(false), true, tx.Now);
    }, ct);

    /// <summary>Says that the source has these jobs and no others. The lane of a job that it had, or that a dead source of the same folder had, is removed
    /// with a
    /// decision, unless a living source has it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="wanted">All its jobs.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The jobs whose lanes were removed.</returns>
    public Task<IReadOnlyList<string>> KeepOnlyAsync(LaneSource source, IReadOnlyCollection<string> wanted, CancellationToken ct) =>
        database.WriteAsync<IReadOnlyList<string>>(async tx =>
    {
        await BeatAsync(tx, source).ConfigureAwait(false);
        var removed = new List<string>();
        foreach (var job in await LeftByAsync(tx, source).ConfigureAwait(false))
        {
            if (wanted.Contains(job))
                continue;
            await tx.ExecuteAsync("DELETE FROM lane_wishes WHERE job = @job AND source = @Name", new { job, source.Name }).ConfigureAwait(false);
            if (await tx.NumberAsync(
                "SELECT COUNT(*) FROM lane_wishes w JOIN lane_sources s ON s.source = w.source WHERE w.job = @job AND s.alive_until > @now",
                new { job, now = tx.NowMicroseconds }).ConfigureAwait(false) > 0)
                continue;
            await tx.ExecuteAsync("DELETE FROM lane_wishes WHERE job = @job", new { job }).ConfigureAwait(false);
            if (await LaneStore.RemoveAsync(tx, job, Unscheduled(job, tx.Now)).ConfigureAwait(false))
                removed.Add(job);
        }
        await tx.ExecuteAsync("""
            DELETE FROM lane_sources WHERE alive_until <= @now AND NOT EXISTS (SELECT 1 FROM lane_wishes w WHERE w.source = lane_sources.source)
            """, new { now = tx.NowMicroseconds }).ConfigureAwait(false);
        return removed;
    }, ct);

    /// <summary>Says that the source's scheduler lives.</summary>
    public Task BeatAsync(LaneSource source, CancellationToken ct) => database.WriteAsync(tx => BeatAsync(tx, source), Isolation.RowLocks, ct);

    /// <summary>Why a job is scheduled no more.</summary>
    public static Decision Unscheduled(string job, DateTimeOffset at) =>
        new(null, at, DecisionSubject.Schedule, $"job {job}: unscheduled", "no job file names it with a schedule any more");

    // The source's own, those of dead sources of its folder, and those that an earlier version made from the folder.
    private static Task<IReadOnlyList<string>> LeftByAsync(StateTransaction tx, LaneSource source) => tx.QueryAsync<string>("""
        SELECT w.job FROM lane_wishes w JOIN lane_sources s ON s.source = w.source
        WHERE w.source = @Name OR (s.folder = @Folder AND s.alive_until <= @now)
        UNION
        SELECT l.job FROM lanes l
        WHERE (l.source = '' OR l.source = @Folder) AND NOT EXISTS (SELECT 1 FROM lane_wishes w WHERE w.job = l.job)
        ORDER BY 1
        """, new { source.Name, source.Folder, now = tx.NowMicroseconds });

    private static Task<int> BeatAsync(StateTransaction tx, LaneSource source) => tx.ExecuteAsync("""
        INSERT INTO lane_sources (source, folder, alive_until) VALUES (@Name, @Folder, @until)
        ON CONFLICT (source) DO UPDATE SET folder = excluded.folder, alive_until = excluded.alive_until
        """, new { source.Name, source.Folder, until = tx.NowMicroseconds + EpochMicroseconds.Of(source.AliveFor) });
}
