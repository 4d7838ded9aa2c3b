namespace BatchEngine.Host.Configuration;

/// <summary>What one process of the router accepts at once. Immutable.</summary>
/// <param name="MaxKeysPerRequest">The most keys in one batch look-up; default 10,000.</param>
/// <param name="MaxRequestBytes">The longest request body in bytes; default 4 MiB.</param>
/// <param name="MaxConcurrent">The most live scorings at once over all serving names; each contract's own limit holds too; default 256.</param>
public sealed record LiveLimits(int MaxKeysPerRequest, int MaxRequestBytes, int MaxConcurrent)
{
    /// <summary>10,000 keys, 4 MiB, 256 at once.</summary>
    public static LiveLimits Default { get; } = new(10_000, 4 << 20, 256);
}
