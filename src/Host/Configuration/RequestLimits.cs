namespace BatchEngine.Host.Configuration;

/// <summary>What one process of the router accepts in one request.</summary>
/// <param name="MaxKeysPerRequest">The most keys in one batch look-up; default 10,000.</param>
/// <param name="MaxRequestBytes">The longest request body in bytes, decoded; default 4 MiB.</param>
public sealed record RequestLimits(int MaxKeysPerRequest, int MaxRequestBytes)
{
    internal const long LeastBytesInFlight = 1 << 20;

    /// <summary>What the bodies and answers of all requests may hold of memory together, in bytes; default 256 MiB.</summary>
    public long MaxBytesInFlight { get; init; } = 256L << 20;

    /// <summary>The most open connections; default 4,096.</summary>
    public int MaxConnections { get; init; } = 4_096;

    /// <summary>How long a body may take to come, and each piece of a batch's answer to be read; default 30 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>10,000 keys, 4 MiB.</summary>
    public static RequestLimits Default { get; } = new(10_000, 4 << 20);
}
