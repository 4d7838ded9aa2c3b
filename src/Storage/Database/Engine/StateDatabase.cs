using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine.Postgres;
using BatchEngine.Storage.Database.Engine.Sqlite;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Engine;

/// <summary>The one SQL database with everything that survives as rows: a SQLite file, or a PostgreSQL database that many machines share. Thread-safe; several
/// processes may open one at once.</summary>
/// <remarks>Time is the database's. SQLite lives inside the process, so its clock is the <see cref="TimeProvider"/> given at opening; PostgreSQL answers with
/// its own, whatever the clock of this machine says.</remarks>
public sealed class StateDatabase : IAsyncDisposable
{
    private readonly IStateEngine _engine;

    private StateDatabase(IStateEngine engine) => _engine = engine;

    /// <summary>Where it is, for people: the full path of the file, or server, database and user. Never a password.</summary>
    public string Place => _engine.Place;

    /// <summary>Opens or creates the database and brings its tables to this program's version, under a lock.</summary>
    /// <param name="place">A file, whose folder is created when missing; or a connection string ("Host=...;Database=...;Username=..."), whose database
    /// exists.</param>
    /// <param name="clock">The clock of a database inside this process; any other than the system's is a test's and counts everywhere.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">It cannot be reached, created or written, stays locked, or was written by a newer program.</exception>
    /// <exception cref="CorruptDataException">The file is no SQLite database.</exception>
    /// <exception cref="BadInputException">The place is neither.</exception>
    public static async Task<StateDatabase> OpenAsync(string place, TimeProvider clock, CancellationToken ct)
    {
        IStateEngine engine = PostgresPlace.IsOne(place) ? new PostgresEngine(PostgresPlace.Parse(place), clock, PostgresPatience.Default)
            : new SqliteEngine(place, clock);
        try
        {
            await engine.ConnectAsync(ct).ConfigureAwait(false);
            await SchemaMigration.BringUpAsync(engine, SchemaMigration.Embedded, ct).ConfigureAwait(false);
            return new StateDatabase(engine);
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether a place is a connection string, and no path.</summary>
    public static bool IsServer(string place) => PostgresPlace.IsOne(place);

    /// <summary>A place as it may be shown: a connection string without its password, a path as it is.</summary>
    public static string Shown(string place) => PostgresPlace.IsOne(place) ? PostgresPlace.Shown(place) : place;

    /// <summary>The database's clock, in whole microseconds.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => ReadAsync(tx => Task.FromResult(tx.Now), ct);

    /// <summary>What answers, for people: the product with its version.</summary>
    /// <exception cref="StorageFailedException">It cannot be written, or the user lacks rights.</exception>
    public Task<string> DescribeAsync(CancellationToken ct) => _engine.DescribeAsync(ct);

    /// <summary>Closes the connections of this process.</summary>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    /// <summary>Reads; each statement sees the newest committed state. May be run more than once.</summary>
    internal Task<T> ReadAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => _engine.ReadAsync(read, ct);

    /// <summary>Reads several statements from one consistent state. May be run more than once.</summary>
    internal Task<T> ReadTogetherAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => _engine.ReadTogetherAsync(read, ct);

    /// <summary>Writes in one transaction, as if it were alone: all of it or nothing. The delegate may be run more than once, so it changes nothing outside the
    /// transaction.</summary>
    internal Task<T> WriteAsync<T>(Func<StateTransaction, Task<T>> write, CancellationToken ct) => _engine.WriteAsync(write, Isolation.Serializable, ct);

    /// <summary>Writes in one transaction that locks by itself what it decides from.</summary>
    internal Task<T> WriteAsync<T>(Func<StateTransaction, Task<T>> write, Isolation isolation, CancellationToken ct) =>
        _engine.WriteAsync(write, isolation, ct);
}
