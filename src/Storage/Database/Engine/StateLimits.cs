namespace BatchEngine.Storage.Database.Engine;

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
}
