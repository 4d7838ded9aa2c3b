using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.Azure;

/// <summary>A client for one container. Thread-safe.</summary>
internal sealed class AzureConnection : IDisposable
{
    private const string ConnectionString = "AZURE_STORAGE_CONNECTION_STRING";
    private const int MostConnections = 64;
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = MostConnections }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly StoreRequests _requests;

    /// <summary>Connects with the first request.</summary>
    /// <param name="container">The container.</param>
    /// <param name="options">Address and limits.</param>
    /// <param name="clock">Counts and waits.</param>
    /// <exception cref="BadInputException">Nothing says which account is meant.</exception>
    public AzureConnection(string container, ObjectStoreOptions options, TimeProvider clock)
    {
        _requests = new StoreRequests(options, clock, AzureFailures.Judge, AzureFailures.Explain);
        var client = new BlobClientOptions { Transport = new HttpClientTransport(_http) };
        client.Retry.MaxRetries = 0; // Tries and their time are counted here, body included.
        client.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        client.Diagnostics.IsLoggingEnabled = false;
        Container = Open(container, options, client);
    }

    /// <summary>The client.</summary>
    public BlobContainerClient Container { get; }

    /// <inheritdoc cref="StoreRequests.AskAsync"/>
    public Task<T> AskAsync<T>(string place, Func<CancellationToken, Task<T>> request, CancellationToken ct) => _requests.AskAsync(place, request, ct);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // An endpoint names the account and is signed for by the machine's identity; a connection string holds both.
    private static BlobContainerClient Open(string container, ObjectStoreOptions options, BlobClientOptions client)
    {
        if (options.Endpoint is { } endpoint)
            return new BlobContainerClient(new Uri($"{endpoint.TrimEnd('/')}/{container}"), Identity(), client);
        if (Environment.GetEnvironmentVariable(ConnectionString) is not { Length: > 0 } text)
            throw new BadInputException("blobs", $"az://{container} without an account", "an account to look for the container in",
                $"Set objectStore.endpoint to https://ACCOUNT.blob.core.windows.net, or the environment variable {ConnectionString}.");
        try
        {
            return new BlobContainerClient(text, container, client);
        }
        catch (FormatException)
        {
            throw new BadInputException(ConnectionString, "a text that is no connection string (it is not shown)",
                "DefaultEndpointsProtocol=...;AccountName=...;AccountKey=...", "Copy it from the account's access keys.");
        }
    }

    private static TokenCredential Identity() => new DefaultAzureCredential();
}
