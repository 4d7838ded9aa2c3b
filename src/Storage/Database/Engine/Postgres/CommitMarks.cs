using System.Globalization;
using System.Security.Cryptography;
using BatchEngine.Storage.Database.Transactions;
using Dapper;
using Npgsql;

namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>Tells what became of a commit whose answer was lost: each write leaves a mark in its own transaction, so the mark is there exactly when the write
/// is. Thread-safe.</summary>
/// <remarks>The server's own word, pg_xact_status, says whether the transaction still goes on. Whether it was committed it cannot say for sure: after a crash
/// or
/// a failover its number may have been given to somebody else's transaction.</remarks>
internal sealed class CommitMarks
{
    /// <summary>The table: one row for each of a process's connections, with the number of the last write that was committed there.</summary>
    public const string Table = """
        CREATE TABLE commit_marks (writer TEXT COLLATE "C" NOT NULL PRIMARY KEY, number BIGINT NOT NULL, marked_at BIGINT NOT NULL);
        """;

    private const int IdentityBytes = 12;
    private const string InProgress = "in progress";

    // The limits, the clock, the mark and the session's identity in one statement, which travels together with BEGIN.
    private const string Begin = $"""
        WITH mark AS (
            INSERT INTO commit_marks (writer, number, marked_at) VALUES (@writer, @number, {PostgresDialect.ClockSql})
            ON CONFLICT (writer) DO UPDATE SET number = excluded.number, marked_at = excluded.marked_at)
        SELECT {Session}
        """;

    private const string Session = $"""
        {PostgresDialect.ClockSql} AS clock, pg_backend_pid() AS process, CAST(pg_current_xact_id() AS TEXT) AS transaction,
            set_config('lock_timeout', @lockWait, true) AS lock_wait, set_config('idle_in_transaction_session_timeout', @silent, true) AS silent
        """;

    private readonly string _process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityBytes));
    private readonly Stack<string> _free = new();
    private int _writers;
    private long _numbers;

    /// <summary>Takes the first statement of a write, with or without leaving a mark.</summary>
    public async Task<Begun> BeginAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, bool marked, CancellationToken ct)
    {
        var writer = Take();
        var number = Interlocked.Increment(ref _numbers);
        var row = await connection.QuerySingleAsync<SessionRow>(new CommandDefinition(marked ? Begin : $"SELECT {Session}", new
        {
            writer,
            number,
            lockWait = Milliseconds(StateLimits.LockWait),
            silent = Milliseconds(StateLimits.SilentWrite),
        }, transaction, cancellationToken: ct)).ConfigureAwait(false);
        return new Begun(writer, number, row.Clock, row.Process, row.Transaction);
    }

    /// <summary>Gives the writer's row back for the next write; not called for one whose connection was lost, since its session may still hold the
    /// row.</summary>
    public void Return(Begun begun)
    {
        lock (_free)
            _free.Push(begun.Writer);
    }

    /// <summary>Whether the write was committed; null means that its session has not ended yet.</summary>
    public static async Task<bool?> WasCommittedAsync(NpgsqlConnection connection, Begun begun)
    {
        if (await StatusAsync(connection, begun).ConfigureAwait(false) == InProgress)
            return null;
        return await connection.ExecuteScalarAsync<long?>("SELECT number FROM commit_marks WHERE writer = @Writer", new { begun.Writer })
            .ConfigureAwait(false) == begun.Number;
    }

    /// <summary>Ends the session of a write that was cut off, when it is still that one: a session of the same user may be ended.</summary>
    public static Task EndSessionAsync(NpgsqlConnection connection, Begun begun) => connection.ExecuteAsync("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = @Process AND CAST(CAST(backend_xid AS TEXT) AS BIGINT) = CAST(@Transaction AS NUMERIC) % 4294967296
        """, new { begun.Process, begun.Transaction });

    /// <summary>Removes the marks of processes that are long gone; some, when others do so too.</summary>
    public static Task PruneAsync(NpgsqlConnection connection) => connection.ExecuteAsync($"""
        DELETE FROM commit_marks WHERE writer IN
            (SELECT writer FROM commit_marks WHERE marked_at < {PostgresDialect.ClockSql} - @kept FOR UPDATE SKIP LOCKED)
        """, new { kept = (long)StateLimits.KeptMarks.TotalMicroseconds });

    // A number that the server has not given yet (it went back to an older state) is an error there; nothing of it goes on then.
    private static async Task<string?> StatusAsync(NpgsqlConnection connection, Begun begun)
    {
        try
        {
            return await connection.ExecuteScalarAsync<string?>("SELECT pg_xact_status(CAST(@Transaction AS xid8))", new { begun.Transaction })
                .ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            return null;
        }
    }

    private string Take()
    {
        lock (_free)
            return _free.TryPop(out var writer) ? writer : string.Create(CultureInfo.InvariantCulture, $"{_process}/{_writers++}");
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>A write that has begun.</summary>
    /// <param name="Writer">Its row of the marks.</param>
    /// <param name="Number">Its number.</param>
    /// <param name="Clock">The server's clock then, in microseconds.</param>
    /// <param name="Process">The server's process.</param>
    /// <param name="Transaction">The server's number of the transaction.</param>
    public sealed record Begun(string Writer, long Number, long Clock, int Process, string Transaction);

    private sealed class SessionRow
    {
        public long Clock { get; init; }
        public int Process { get; init; }
        public string Transaction { get; init; } = "";
    }
}
