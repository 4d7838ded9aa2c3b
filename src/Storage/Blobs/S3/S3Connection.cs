using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>A client for one bucket: each request is bounded in time, tried again while that can help, and explained when it cannot. Thread-safe.</summary>
internal sealed class S3Connection : IDisposable
{
    private const string RegionOfEndpoints = "us-east-1";
    private const int MostConnections = 64;
    private readonly AmazonS3Client _client;
    private readonly ChainCredentials _credentials;
    private readonly StoreRequests _requests;

    /// <summary>Connects with the first request.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="options">Address, region, limits.</param>
    /// <param name="clock">Counts and waits.</param>
    /// <param name="chain">Finds credentials anew; null means the usual chain of the SDK.</param>
    public S3Connection(string bucket, ObjectStoreOptions options, TimeProvider clock, Func<AWSCredentials>? chain = null)
    {
        Bucket = bucket;
        _requests = new StoreRequests(options, clock, Judge, S3Failures.Explain);
        var config = Configure(options);
        _credentials = new ChainCredentials(chain ?? (() => ChainCredentials.Usual(config)), clock);
        _client = new AmazonS3Client(_credentials, config);
    }

    /// <summary>The bucket of all requests.</summary>
    public string Bucket { get; }

    /// <summary>Asks the store, again while that can help.</summary>
    /// <param name="place">What it is about, for messages: "s3://bucket/key".</param>
    /// <param name="request">The request; it may be sent several times.</param>
    /// <param name="ct">Stops.</param>
    /// <exception cref="Domain.StorageFailedException">It did not succeed.</exception>
    public Task<T> AskAsync<T>(string place, Func<AmazonS3Client, CancellationToken, Task<T>> request, CancellationToken ct) =>
        _requests.AskAsync(place, token => request(_client, token), ct);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // Credentials that ran out are looked for once more: a role, a token file or a profile may have newer ones by now.
    private Retriable Judge(Exception failure) => S3Failures.IsExpired(failure) ? (_credentials.Renew() ? Retriable.Yes : Retriable.No)
        : S3Failures.Judge(failure);

    private static AmazonS3Config Configure(ObjectStoreOptions options)
    {
        var config = new AmazonS3Config
        {
            // Tries and their time are counted here, body included; the SDK's own would multiply them.
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = MostConnections,
            // Checksums are sent as plain headers with each request below. What the SDK would add by itself goes into a trailer of a chunked body, which stores
            // other than the newest refuse or write into the object.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = options.Region ?? RegionOfEndpoints;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        config.ForcePathStyle = options.PathStyle ?? options.Endpoint is not null;
        return config;
    }
}
