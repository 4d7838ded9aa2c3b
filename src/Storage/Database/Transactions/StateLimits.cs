namespace BatchEngine.Storage.Database.Transactions;

/// <summary>The named limits of waiting for the state database.</summary>
internal static class StateLimits
{
    /// <summary>How long one try waits inside SQLite for another process's transaction to end.</summary>
    public static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(2);

    /// <summary>How many tries are made before the failure is reported; with <see cref="BusyWait"/> that is 10 to 15 seconds.</summary>
    public const int MaxBusyTries = 5;

    /// <summary>The pause between two tries, so that a refusal without waiting (switching the journal mode) does not spin.</summary>
    public static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    /// <summary>How many values one statement lists at most; more are asked for in portions.</summary>
    public const int MaxListed = 500;

    /// <summary>The library under Dapper repeats a refused statement for whole seconds; one is its smallest bound.</summary>
    public const int StatementRetrySeconds = 1;

    /// <summary>How often a write on PostgreSQL is run before it is reported that others were always faster.</summary>
    public const int MaxRaces = 30;

    /// <summary>The longest pause between two tries.</summary>
    public static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    /// <summary>How long a statement waits for another transaction's lock.</summary>
    public static readonly TimeSpan LockWait = TimeSpan.FromSeconds(10);

    /// <summary>After which time between two statements the server ends a write whose process says nothing more (it was paused, or cut off), so that others
    /// get its locks.</summary>
    public static readonly TimeSpan SilentWrite = TimeSpan.FromSeconds(15);

    /// <summary>How long a commit that was sent is given to arrive before its session is ended to learn what became of it.</summary>
    public static readonly TimeSpan CommitGrace = TimeSpan.FromSeconds(1);

    /// <summary>How long a mark of a commit is kept.</summary>
    public static readonly TimeSpan KeptMarks = TimeSpan.FromDays(1);

    /// <summary>Connections of one process to PostgreSQL, where the connection string names no other number.</summary>
    public const int MaxConnections = 16;
}
