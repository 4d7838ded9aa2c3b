namespace BatchEngine.Host.Configuration;

/// <summary>What one process of the router accepts in one request.</summary>
/// <param name="MaxKeysPerRequest">The most keys in one batch look-up; default 10,000.</param>
/// <param name="MaxRequestBytes">The longest request body in bytes; default 4 MiB.</param>
public sealed record RequestLimits(int MaxKeysPerRequest, int MaxRequestBytes)
{
    /// <summary>10,000 keys, 4 MiB.</summary>
    public static RequestLimits Default { get; } = new(10_000, 4 << 20);
}
