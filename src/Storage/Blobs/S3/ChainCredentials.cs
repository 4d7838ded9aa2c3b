using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>Credentials as a chain finds them, looked for again when the store says that they have expired. Thread-safe.</summary>
/// <param name="find">Walks the chain.</param>
/// <param name="clock">Tells how long ago newer ones were found.</param>
internal sealed class ChainCredentials(Func<AWSCredentials> find, TimeProvider clock) : AWSCredentials
{
    // Requests that were under way with the old ones are refused a little later than the first.
    private static readonly TimeSpan s_underWay = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private AWSCredentials? _found;
    private long? _renewedAt;

    /// <summary>The chain that every tool of the provider walks: environment, web identity, profile, container, machine. Looked at anew on each call.</summary>
    public static AWSCredentials Usual(IClientConfig config)
    {
        using var resolver = new DefaultAWSCredentialsIdentityResolver();
        return resolver.ResolveIdentity(config);
    }

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials() => Found().GetCredentials();

    /// <inheritdoc/>
    public override Task<ImmutableCredentials> GetCredentialsAsync() => Found().GetCredentialsAsync();

    /// <summary>Looks again; gives whether other credentials were found, now or a moment ago.</summary>
    public bool Renew()
    {
        lock (_lock)
        {
            if (_renewedAt is { } renewed && clock.GetElapsedTime(renewed) < s_underWay)
                return true;
            var old = _found?.GetCredentials();
            (_found as RefreshingAWSCredentials)?.ClearCredentials();
            _found = find();
            var now = _found.GetCredentials();
            var isOther = (now.AccessKey, now.SecretKey, now.Token) != (old?.AccessKey, old?.SecretKey, old?.Token);
            _renewedAt = isOther ? clock.GetTimestamp() : null;
            return isOther;
        }
    }

    private AWSCredentials Found()
    {
        lock (_lock)
            return _found ??= find();
    }
}
