namespace BatchEngine.Storage.Database.Values;

/// <summary>Instants as the database keeps them: whole microseconds since 1970-01-01 UTC.</summary>
internal static class EpochMicroseconds
{
    /// <summary>The number for an instant; parts of a microsecond are cut off.</summary>
    public static long Of(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The number for an instant, or null.</summary>
    public static long? Of(DateTimeOffset? instant) => instant is { } known ? Of(known) : null;

    /// <summary>The number for a duration; parts of a microsecond are cut off.</summary>
    public static long Of(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The instant of a number.</summary>
    public static DateTimeOffset ToInstant(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The instant of a number, or null.</summary>
    public static DateTimeOffset? ToInstant(long? microseconds) => microseconds is { } known ? ToInstant(known) : null;
}
