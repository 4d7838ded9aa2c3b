namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>How long a lost server is looked for.</summary>
/// <param name="AtStart">When a command starts: whoever typed it wants to know soon.</param>
/// <param name="InWork">In the middle of work: a restart or a failover fits in.</param>
internal sealed record PostgresPatience(TimeSpan AtStart, TimeSpan InWork)
{
    /// <summary>6 and 45 seconds.</summary>
    public static PostgresPatience Default { get; } = new(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(45));
}
