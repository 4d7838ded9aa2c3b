using System.Net;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;
using BatchEngine.Host.Tests.Serving;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Snapshots;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Http;

/// <summary>The server over a published snapshot of keys that a test names; key number i has the score i.</summary>
internal sealed class ServedKeys : IAsyncDisposable
{
    /// <summary>The serving name.</summary>
    public const string Name = "k";

    private readonly TemporaryFolder _folder = new();
    private readonly ILoggerFactory _logs;
    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 });
    private int _nights;
    private SnapshotInfo? _newest;
    private ServingContract _contract = ServingContract.Default(Name);

    private ServedKeys() => _logs = LoggerFactory.Create(logging => logging.AddFilter("Microsoft", LogLevel.Warning).AddProvider(Log));

    /// <summary>What was logged.</summary>
    public LogLines Log { get; } = new();

    /// <summary>The state.</summary>
    public Engine Engine { get; private set; } = null!;

    /// <summary>The server.</summary>
    public WebApplication Host { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(Host.Urls.First());

    /// <summary>A client that asks there; only the target of a request is to be given.</summary>
    public HttpClient Client => _client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Serves text keys.</summary>
    public static Task<ServedKeys> OfTextAsync(params string[] keys) => OfAsync([.. keys.Select(PredictionKey.Of)]);

    /// <summary>Serves integer keys.</summary>
    public static Task<ServedKeys> OfNumbersAsync(params long[] keys) => OfAsync([.. keys.Select(PredictionKey.Of)]);

    /// <summary>Serves keys under a changed contract and configuration; null means the defaults.</summary>
    public static async Task<ServedKeys> OfAsync(IReadOnlyList<PredictionKey> keys, Func<ServingContract, ServingContract>? contract = null,
        Func<EngineConfiguration, EngineConfiguration>? configuration = null)
    {
        var served = new ServedKeys();
        var configured = EngineConfiguration.In(served._folder["data"]);
        served.Engine = await Engine.OpenAsync(configuration?.Invoke(configured) ?? configured, TimeProvider.System,
            new Screen(json: true, verbose: false), Ct);
        var promised = ServingContract.Default(Name);
        promised = contract?.Invoke(promised) ?? promised;
        served._contract = promised;
        await new SnapshotStore(served.Engine.Database).OfferContractAsync(StoredSnapshots.Job(promised), Ct);
        if (keys.Count > 0)
            await served.PublishAsync(keys);
        served.Host = ServeHost.Build(served.Engine, new ServeSettings("http://127.0.0.1:0"), served._logs);
        await served.Catalog.RefreshAsync(Ct);
        await served.Host.StartAsync(Ct);
        served._client.BaseAddress = served.Address;
        return served;
    }

    /// <summary>What is served now.</summary>
    public Router.Lookup.SnapshotCatalog Catalog => Host.Services.GetRequiredService<LookupService>().Catalog;

    /// <summary>What was answered.</summary>
    public AnswerCounters Answered => Host.Services.GetRequiredService<LookupService>().Router.Answered;

    /// <summary>Publishes one more night; the server sees it when it polls.</summary>
    public async Task<SnapshotInfo> PublishAsync(IReadOnlyList<PredictionKey> keys, float firstScore = 0)
    {
        var made = new StoredSnapshots(Engine.Database, Engine.Blobs, _folder["made"], TimeProvider.System);
        var snapshot = await made.SealAsync(_contract, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero).AddDays(_nights++),
            [.. keys.Select((key, i) => new SampleRow(key, i, [firstScore + i]))], keys[0].Kind, Ct);
        await made.PublishAsync(snapshot, Ct);
        _newest = snapshot;
        return snapshot;
    }

    /// <summary>Makes the night before the current one current.</summary>
    public Task RollbackAsync() => new SnapshotStore(Engine.Database).RollbackAsync(Name, new ByHand("ada", "a test"), Ct);

    /// <summary>Makes the newest night current again.</summary>
    public Task PublishAgainAsync() => new SnapshotStore(Engine.Database).PublishAsync(_newest!.Id, new ByHand("ada", "a test"), Ct);

    /// <summary>Asks with exactly this target, nothing normalised.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string? body = null, params string[] headers)
    {
        using var connection = await RawConnection.OpenAsync(Address);
        await connection.SendAsync(RawConnection.Request(method, target, body, headers));
        return await connection.ReadAsync(method);
    }

    /// <summary>A batch look-up.</summary>
    public async Task<(HttpStatusCode Status, string Text)> BatchAsync(string body, string name = Name)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(new Uri($"/v1/predictions/{name}", UriKind.Relative), content, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Host.StopAsync(CancellationToken.None);
        await Host.DisposeAsync();
        await Engine.DisposeAsync();
        _logs.Dispose();
        _folder.Dispose();
    }
}
