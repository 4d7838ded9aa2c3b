using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Copying;

/// <summary>What must hold before a state is copied.</summary>
internal static class CopyConditions
{
    private const string FormerJobs = "QRTZ_JOB_DETAILS";
    private const int MaxNamed = 5;
    private static readonly TimeSpan s_maxSilence = TimeSpan.FromMinutes(1);

    /// <summary>The source is at rest, and all of it is in tables of this version.</summary>
    /// <exception cref="StorageFailedException">Somebody works with it.</exception>
    /// <exception cref="BadInputException">An earlier version's timers were not carried over yet.</exception>
    public static async Task RequireSourceAsync(StateTransaction from, string place)
    {
        if (await from.HasTableAsync(FormerJobs).ConfigureAwait(false)
            && await from.NumberAsync($"SELECT COUNT(*) FROM {FormerJobs}").ConfigureAwait(false) is > 0 and var jobs)
            throw new BadInputException(place, $"{Count(jobs)} jobs in the tables of an earlier version's timers", "none",
                "Start batchengine serve on it once, which carries them over, stop it, and copy then.");
        var working = await from.QueryAsync<Row>("""
            SELECT 'the coordinator of ' || run_id AS name, expires_at AS alive_until FROM leaders WHERE holder IS NOT NULL AND expires_at > @now
            UNION ALL SELECT 'a worker that scores ' || l.run_id, l.expires_at FROM leases l JOIN runs r ON r.run_id = l.run_id
                WHERE l.worker IS NOT NULL AND l.expires_at > @now AND r.state = @scoring
            UNION ALL SELECT 'a worker that seals ' || u.run_id, u.expires_at FROM seal_units u JOIN runs r ON r.run_id = u.run_id
                WHERE u.worker IS NOT NULL AND u.expires_at > @now AND r.state = @sealing
            UNION ALL SELECT 'the worker ' || name, seen_at + life FROM workers WHERE state <> 'Ended' AND seen_at + life > @now
            UNION ALL SELECT 'the scheduler of ' || folder, alive_until FROM lane_sources WHERE alive_until > @now
            UNION ALL SELECT subject || ' (' || kind || ')', seen_at + @silence FROM open_slices WHERE seen_at + @silence > @now
            ORDER BY 2 DESC, 1
            """, new
        {
            now = from.NowMicroseconds,
            silence = EpochMicroseconds.Of(s_maxSilence),
            scoring = nameof(RunState.Scoring),
            sealing = nameof(RunState.Sealing),
        }).ConfigureAwait(false);
        if (working.Count == 0)
            return;
        var names = working.Select(w => w.Name).Distinct(StringComparer.Ordinal).ToList();
        throw new StorageFailedException(place,
            $"somebody works with it: {string.Join(", ", names.Take(MaxNamed))}{(names.Count > MaxNamed ? $" and {Count(names.Count - MaxNamed)} more" : "")}. "
            + "What they write after the copy would be lost, so stop every process that uses it; one that was killed counts as alive until "
            + $"{EpochMicroseconds.ToInstant(working[0].AliveUntil).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}.", isTransient: true);
    }

    /// <summary>The target has the tables and no row of its own.</summary>
    /// <exception cref="BadInputException">It has rows.</exception>
    public static async Task RequireTargetAsync(StateTransaction to, string place)
    {
        foreach (var table in StateTables.InOrder)
        {
            var own = table == StateTables.Counters ? "WHERE value <> 0" : "";
            if (await to.NumberAsync($"SELECT COUNT(*) FROM {table} {own}").ConfigureAwait(false) is > 0 and var rows)
                throw new BadInputException(place, $"{Count(rows)} rows in the table {table}", "a database that nothing was written to",
                    "Nothing was copied. Make a new one and copy into that; with PostgreSQL: createdb --encoding=UTF8 --template=template0 NAME.");
        }
    }

    private static string Count(long rows) => rows.ToString("N0", CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public string Name { get; init; } = "";
        public long AliveUntil { get; init; }
    }
}
