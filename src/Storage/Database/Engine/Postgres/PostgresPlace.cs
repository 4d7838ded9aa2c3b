using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using Npgsql;

namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>Where a PostgreSQL database is, and how it may be shown. Immutable.</summary>
/// <param name="ConnectionString">With its password: never shown.</param>
/// <param name="Name">Server, database and user.</param>
internal sealed partial record PostgresPlace(string ConnectionString, string Name)
{
    private const string Example = "Host=server;Database=batchengine;Username=batchengine";

    /// <summary>Whether a place is a connection string, or an address that was meant as one.</summary>
    public static bool IsOne(string place) => HasHost().IsMatch(place) || IsAddress(place);

    /// <summary>Reads a connection string; fills in what it leaves open.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is an address.</exception>
    public static PostgresPlace Parse(string place)
    {
        if (IsAddress(place))
            throw Unreadable(place, "an address");
        var given = Builder(place);
        if (given.Host is null or "" || given.Database is null or "")
            throw new BadInputException("database", Shown(place), "a connection string with Host and Database", $"Write it as: {Example}.");
        if (!given.ContainsKey("Maximum Pool Size"))
            given.MaxPoolSize = Math.Max(StateLimits.MaxConnections, given.MinPoolSize);
        if (!given.ContainsKey("Timeout"))
            given.Timeout = (int)PostgresPatience.Default.AtStart.TotalSeconds;
        if (!given.ContainsKey("Keepalive"))
            given.KeepAlive = (int)StateLimits.SilentWrite.TotalSeconds;
        if (!given.ContainsKey("Application Name"))
            given.ApplicationName = "batchengine";

        // Nothing outlives a transaction here, so there is nothing to reset; and behind a pooler the reset would go to another's session.
        given.NoResetOnClose = true;
        given.PersistSecurityInfo = false;
        given.IncludeErrorDetail = false;
        return new PostgresPlace(given.ToString(),
            $"Host={given.Host};Port={given.Port};Database={given.Database};Username={given.Username ?? "the system's user"}");
    }

    /// <summary>A connection string with nothing that might be secret, however badly it is written: only where it leads is shown as it is.</summary>
    public static string Shown(string place) => IsAddress(place)
        ? AddressPassword().Replace(place, "$1***@")
        : Setting().Replace(place, s => IsShown(s.Groups["key"].Value) ? s.Value : $"{s.Groups["key"].Value}=***");

    private static bool IsShown(string key) =>
        key.Trim().ToUpperInvariant() is "HOST" or "SERVER" or "PORT" or "DATABASE" or "DB" or "USERNAME" or "USER NAME" or "USER ID" or "UID" or "USER";

    private static NpgsqlConnectionStringBuilder Builder(string place)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(place);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or InvalidOperationException)
        {
            throw Unreadable(place, e.Message.Split('\n')[0]);
        }
    }

    private static BadInputException Unreadable(string place, string problem) =>
        new("database", Shown(place), $"a path or a connection string ({problem})", $"Write it as: {Example}.");

    private static bool IsAddress(string place) =>
        place.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || place.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"(^|;)\s*(host|server)\s*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HasHost();

    [GeneratedRegex("""(?<key>[^=;]+)=\s*("[^"]*"|'[^']*'|[^;]*)""", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex("(://[^:/@]*:)[^@]*@", RegexOptions.CultureInvariant)]
    private static partial Regex AddressPassword();
}
