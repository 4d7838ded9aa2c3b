using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>Credentials as a chain finds them, looked for again when the store says that they have expired. Thread-safe.</summary>
/// <param name="find">Walks the chain.</param>
internal sealed class ChainCredentials(Func<AWSCredentials> find) : AWSCredentials
{
    private readonly Lock _lock = new();
    private AWSCredentials? _found;

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

    /// <summary>Looks again; gives whether other credentials were found.</summary>
    public bool Renew()
    {
        lock (_lock)
        {
            var old = _found?.GetCredentials();
            (_found as RefreshingAWSCredentials)?.ClearCredentials();
            _found = find();
            return _found.GetCredentials() is { } now && (now.AccessKey, now.SecretKey, now.Token) != (old?.AccessKey, old?.SecretKey, old?.Token);
        }
    }

    private AWSCredentials Found()
    {
        lock (_lock)
            return _found ??= find();
    }
}
