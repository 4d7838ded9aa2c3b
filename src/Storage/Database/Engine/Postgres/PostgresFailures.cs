using System.Net.Sockets;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using Npgsql;

namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>What the failures of PostgreSQL and of the way to it mean.</summary>
internal static class PostgresFailures
{
    private const string StaleStatement = "26000", CachedPlan = "0A000", SilentSession = "25P03", IdleSession = "57P05", UnknownCompletion = "40003";

    /// <summary>What can be done about it; null means that it is no failure of the database.</summary>
    public static PostgresTrouble? TroubleOf(Exception failure) => failure switch
    {
        PostgresException refused => TroubleOf(refused),
        NpgsqlException lost => lost.IsTransient || lost.InnerException is SocketException or IOException or TimeoutException
            ? PostgresTrouble.Outage : PostgresTrouble.Lasting,
        SocketException or TimeoutException => PostgresTrouble.Outage,
        ObjectDisposedException { ObjectName: nameof(NpgsqlConnection) } => PostgresTrouble.Outage,
        _ => null,
    };

    /// <summary>Whether the server said for sure that a commit was refused. Anything else at a commit leaves open what became of it.</summary>
    public static bool IsRefusedCommit(Exception failure) => failure is PostgresException { Severity: "ERROR" } refused
        && TroubleOf(refused) != PostgresTrouble.Outage && refused.SqlState != UnknownCompletion;

    /// <summary>The failure in the words of the product.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="place">The database, without its password.</param>
    public static StorageFailedException Explain(Exception failure, string place)
    {
        var trouble = TroubleOf(failure);
        var (what, isTransient) = failure is PostgresException refused ? Explain(refused) : Explain(failure);
        return new StorageFailedException(place, what, isTransient || trouble is PostgresTrouble.Race or PostgresTrouble.Outage, failure);
    }

    private static PostgresTrouble TroubleOf(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.LockNotAvailable => PostgresTrouble.Race,
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or IdleSession or SilentSession or StaleStatement or UnknownCompletion => PostgresTrouble.Outage,
        CachedPlan when refused.MessageText.Contains("cached plan", StringComparison.Ordinal) => PostgresTrouble.Outage,
        ['0', '8', ..] => PostgresTrouble.Outage,
        _ => PostgresTrouble.Lasting,
    };

    private static (string What, bool IsTransient) Explain(Exception failure) => failure switch
    {
        NpgsqlException when failure.Message.Contains("pool has been exhausted", StringComparison.Ordinal) => (
            "all connections of this process are in use. Raise 'Maximum Pool Size' in the connection string, or give the process less to do at once.",
            true),
        NpgsqlException when failure.Message.Contains("No password", StringComparison.Ordinal) => (
            "the server asks for a password and none was given. Put Password=... into the connection string or BATCHENGINE_DATABASE, or set PGPASSWORD.",
                false),
        _ when TroubleOf(failure) == PostgresTrouble.Outage => (
            $"the server does not answer ({Said(failure)}). Check that it runs and that Host and Port are right, then try again.", true),
        _ => ($"the connection failed ({Said(failure)}). Check the connection string.", false),
    };

    private static (string What, bool IsTransient) Explain(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => (
            "the server refused the user's password (28P01). Check Username and Password in the connection string or BATCHENGINE_DATABASE.", false),
        PostgresErrorCodes.InvalidAuthorizationSpecification => (
            $"the server lets this user not in (28000: {refused.MessageText}). Check Username, and pg_hba.conf on the server.", false),
        PostgresErrorCodes.InvalidCatalogName => (
            $"there is no such database (3D000: {refused.MessageText}). Create it with: createdb NAME, or check Database in the connection string.", false),
        PostgresErrorCodes.InsufficientPrivilege => (
            $"the user lacks a right (42501: {refused.MessageText}). Let it own the database, or: GRANT USAGE, CREATE ON SCHEMA public TO the user.", false),
        PostgresErrorCodes.ReadOnlySqlTransaction => (
            "the server takes no writes (25006): it is a read-only replica, or default_transaction_read_only is on. Name the primary as Host.",
            false),
        PostgresErrorCodes.TooManyConnections => (
            $"the server has no room for another connection (53300: {refused.MessageText}). Raise max_connections, lower 'Maximum Pool Size', or put a pooler "
            + "between.", true),
        PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => (
            $"the server is starting or stopping ({refused.SqlState}: {refused.MessageText}). Try again when it is up.", true),
        PostgresErrorCodes.DiskFull => (
            "the server's disk is full (53100), the transaction was not written and nothing of it remains. Make room there, then try again.", false),
        PostgresErrorCodes.LockNotAvailable => (
            $"another session held a lock for longer than {StateLimits.LockWait.TotalSeconds:0} seconds (55P03). Look for it in pg_stat_activity and end it, "
            + "then try again.", true),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => (
            $"other writers were faster {StateLimits.MaxRaces} times in a row ({refused.SqlState}). Nothing was written; try again.", true),
        _ => ($"the database refused a statement ({refused.SqlState}: {refused.MessageText}).", false),
    };

    private static string Said(Exception failure) => (failure.InnerException ?? failure).Message.TrimEnd('.');
}
