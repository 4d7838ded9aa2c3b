namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>How an object store is reached. Credentials are not among it: they come the way the store's own tools find them (environment, profile, role).
/// Immutable.</summary>
public sealed record ObjectStoreOptions
{
    /// <summary>S3 takes no smaller piece, except for the last.</summary>
    public const int LeastPartBytes = 5 << 20;

    /// <summary>Every default.</summary>
    public static ObjectStoreOptions Default { get; } = new();

    /// <summary>The address of a store that is not the cloud's own, such as http://localhost:9000; null (the default) means the cloud's own.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The region that requests are signed for; null (the default) means what the environment or profile says, or us-east-1 with an
    /// endpoint.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the bucket stands in the path of an address and not in its host name; null (the default) means yes with an endpoint, else no.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>How long one request may take, its body included; default 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request that failed in passing is tried again, with growing pauses; default 2 minutes.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What is longer is written in pieces of this length, of which a writer holds up to three in memory; default 8 MiB.</summary>
    public int PartBytes { get; init; } = 8 << 20;
}
