using System.Collections.Concurrent;
using System.Net;
using BatchEngine.Storage.Blobs.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchEngine.TestKit.Objects;

/// <summary>A small S3 of our own on a free port of this machine, in memory, with faults on demand. Path style only; signatures are not looked at. Thread-safe.
/// </summary>
public sealed class ObjectServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, StoredBucket> _buckets = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ObjectRequest> _requests = new();

    private int _underWay;

    private ObjectServer(WebApplication app) => _app = app;

    /// <summary>The address.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What goes wrong.</summary>
    public PlannedFaults Faults { get; } = new();

    /// <summary>Whether If-None-Match is heeded when writing; some stores take no notice of it.</summary>
    public bool HeedsConditions { get; set; } = true;

    /// <summary>Whether a conditional write is answered with 501.</summary>
    public bool RefusesConditions { get; set; }

    /// <summary>How many keys a page of a listing has at most.</summary>
    public int PageKeys { get; set; } = 1000;

    /// <summary>The access key that is let in; null means any.</summary>
    public string? OnlyAccessKey { get; set; }

    /// <summary>How many requests were under way at the same time, at most.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyCollection<ObjectRequest> Requests => _requests;

    /// <summary>How to reach it; requests are tried again for ten seconds.</summary>
    public ObjectStoreOptions Options => new() { Endpoint = Url, RetryFor = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Starts it, with empty buckets. Credentials are put into the environment when there are none.</summary>
    public static async Task<ObjectServer> StartAsync(params string[] buckets)
    {
        TestCredentials.Set();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(o =>
        {
            o.Listen(IPAddress.Loopback, 0);
            o.Limits.MaxRequestBodySize = null;
            o.Limits.MinRequestBodyDataRate = null;
            o.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddLogging(l => l.ClearProviders());
        var app = builder.Build();
        var server = new ObjectServer(app);
        foreach (var bucket in buckets)
            server._buckets[bucket] = new StoredBucket();
        var answers = new ObjectAnswers(server);
        app.Run(answers.AnswerAsync);
        await app.StartAsync();
        server.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>A bucket's content.</summary>
    public StoredBucket Bucket(string name) => _buckets[name];

    /// <summary>How often an operation was asked for.</summary>
    public int Count(string operation) => _requests.Count(r => r.Operation == operation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    internal StoredBucket? Find(string bucket) => _buckets.GetValueOrDefault(bucket);

    internal void Begin(ObjectRequest request)
    {
        _requests.Enqueue(request);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _underWay));
    }

    internal void End() => Interlocked.Decrement(ref _underWay);
}
