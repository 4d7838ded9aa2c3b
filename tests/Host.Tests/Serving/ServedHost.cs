using System.Net;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;
using BatchEngine.TestKit.Folders;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>The server of `serve` over an empty state, and what it logged.</summary>
internal sealed class ServedHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ILoggerFactory _logs;

    private ServedHost() => _logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));

    /// <summary>What was logged.</summary>
    public LogLines Log { get; } = new();

    /// <summary>The state.</summary>
    public Engine Engine { get; private set; } = null!;

    /// <summary>The server.</summary>
    public WebApplication Host { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Builds it; it listens at free ports.</summary>
    /// <param name="planted">Fails a loop of the server; null means that there is no such loop.</param>
    /// <param name="http2">Whether it also has a listener for HTTP/2.</param>
    /// <param name="jobs">A folder of job files to schedule; null means that nothing is scheduled.</param>
    /// <param name="alerts">The command for alerts; null means none.</param>
    /// <param name="isInit">Whether it is ready before the first run.</param>
    /// <param name="roles">Changes what the process does; null means that nothing is changed.</param>
    /// <param name="change">Changes the configuration; null means that nothing is changed.</param>
    public static async Task<ServedHost> BuildAsync(FailingLoopOf? planted = null, bool http2 = false, string? jobs = null, string? alerts = null,
        bool isInit = true, Func<EngineConfiguration, EngineConfiguration>? change = null, Func<ServeSettings, ServeSettings>? roles = null)
    {
        var served = new ServedHost();
        var configuration = EngineConfiguration.In(served._folder["data"]) with { AlertsCommand = alerts };
        served.Engine = await Engine.OpenAsync(change?.Invoke(configuration) ?? configuration, TimeProvider.System,
            new Screen(json: true, verbose: false), Ct);
        var settings = new ServeSettings("http://127.0.0.1:0", http2 ? "http://127.0.0.1:0" : null, jobs) { IsInit = isInit };
        served.Host = ServeHost.Build(served.Engine, roles?.Invoke(settings) ?? settings, served._logs, services => AddLoop(services, planted));
        return served;
    }

    /// <summary>Builds and starts it.</summary>
    public static async Task<ServedHost> StartAsync(FailingLoopOf? planted = null, bool http2 = false)
    {
        var served = await BuildAsync(planted, http2);
        await served.Host.StartAsync(Ct);
        return served;
    }

    /// <summary>One page.</summary>
    /// <param name="page">Its path.</param>
    /// <param name="version">Of HTTP, exactly.</param>
    /// <param name="listener">Which address is asked, counted from 0.</param>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string page, Version? version = null, int listener = 0)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Host.Urls.ElementAt(listener)) };
        using var request = new HttpRequestMessage(HttpMethod.Get, page)
        {
            Version = version ?? HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Engine.DisposeAsync();
        _logs.Dispose();
        _folder.Dispose();
    }

    private static void AddLoop(IServiceCollection services, FailingLoopOf? planted)
    {
        if (planted is not null)
            services.AddSingleton<IHostedService>(s =>
                new FailingLoop(planted.Failure, s.GetRequiredService<LoopWatch>(), s.GetRequiredService<InvariantStop>()));
    }
}
