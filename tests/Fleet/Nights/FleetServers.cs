using System.Globalization;
using BatchEngine.Fleet.Network;
using BatchEngine.Fleet.Store;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.TestKit.Objects;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Fleet.Nights;

/// <summary>The two engines that a fleet shares: a real PostgreSQL and a real object store, each behind its address on the bridge.</summary>
internal sealed class FleetServers : IAsyncDisposable
{
    private readonly PostgresServer _postgres;
    private readonly TcpRelay _relay;
    private readonly IAsyncDisposable _store;

    private FleetServers(PostgresServer postgres, TcpRelay relay, IAsyncDisposable store, StoreFront front)
    {
        (_postgres, _relay, _store, Front) = (postgres, relay, store, front);
    }

    /// <summary>How every host connects to the database.</summary>
    public required string Database { get; init; }

    /// <summary>The key blobs of every host.</summary>
    public required string Blobs { get; init; }

    /// <summary>Which server holds the bytes.</summary>
    public required string StoreName { get; init; }

    /// <summary>How the tests themselves reach it.</summary>
    public required ObjectStoreOptions Options { get; init; }

    /// <summary>The lines of the configuration that say where the object store is.</summary>
    public required string StoreKeys { get; init; }

    /// <summary>The credentials, as environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>What stands before the object store.</summary>
    public StoreFront Front { get; }

    /// <summary>Starts both.</summary>
    public static async Task<FleetServers> StartAsync(FleetNetwork network, int databasePort, int storePort)
    {
        var postgres = await PostgresServer.StartAsync("max_connections=200");
        var database = await postgres.CreateEmptyAsync();
        var relay = TcpRelay.Start(network.Database, databasePort, postgres.Port);
        var (store, url, bucket, name) = await StoreAsync();
        var front = await StoreFront.StartAsync(network.Store, storePort, new Uri(url));
        return new FleetServers(postgres, relay, store, front)
        {
            Database = postgres.ConnectionString(database).Replace("Host=127.0.0.1", $"Host={network.Database}", StringComparison.Ordinal)
                .Replace(string.Create(CultureInfo.InvariantCulture, $"Port={postgres.Port}"),
                    string.Create(CultureInfo.InvariantCulture, $"Port={databasePort}"), StringComparison.Ordinal),
            StoreName = name,
            Options = ObjectStoreOptions.Default with { Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://{network.Store}:{storePort}") },
            Blobs = $"s3://{bucket}/nights",
            StoreKeys = string.Create(CultureInfo.InvariantCulture,
                $"objectStore: {{ endpoint: \"http://{network.Store}:{storePort}\", region: us-east-1, pathStyle: true }}"),
            Variables = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AWS_ACCESS_KEY_ID"] = Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") ?? "S3RVER",
                ["AWS_SECRET_ACCESS_KEY"] = Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") ?? "S3RVER",
            },
        };
    }

    // npm's s3rver where it is installed: a server that others wrote. Else the small one of the tests.
    private static async Task<(IAsyncDisposable Store, string Url, string Bucket, string Name)> StoreAsync()
    {
        var others = new S3rverServer();
        await others.InitializeAsync();
        if (others.WhyNot is null)
            return (others, others.Options.Endpoint!, S3rverServer.Bucket, "s3rver");
        await others.DisposeAsync();
        var own = await ObjectServer.StartAsync("fleet");
        return (own, own.Url, "fleet", "the tests' own S3");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        await _store.DisposeAsync();
        _relay.Dispose();
        await _postgres.DisposeAsync();
    }
}
