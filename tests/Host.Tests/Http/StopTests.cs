using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Host.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace BatchEngine.Host.Tests.Http;

/// <summary>The end of a server: readiness fails first, kept connections are ended by an answer, and nothing holds it longer than it says.</summary>
public sealed class StopTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_WhileCallersKeepTheirConnections_LosesNoRequest()
    {
        await using var served = await StartAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var serving = ServeHost.WaitAsync(served.Host, stop.Token);
        var answered = 0;
        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var connection = await RawConnection.OpenAsync(served.Address);
            while (true)
            {
                await connection.SendAsync(RawConnection.Request("GET", "/v1/predictions/k/1", null));
                var answer = await connection.ReadAsync();
                Assert.Equal(200, answer.Status);
                Interlocked.Increment(ref answered);
                if (answer.Headers.GetValueOrDefault("connection") == "close")
                    return;
                await Task.Delay(20, Ct);
            }
        }, Ct)).ToList();
        await Task.Delay(200, Ct);
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        await serving;
        Assert.True(answered > 32, $"{answered}");
    }

    [Fact]
    public async Task Stop_BeforeTheListenerCloses_ReadinessFails()
    {
        await using var served = await StartAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var serving = ServeHost.WaitAsync(served.Host, stop.Token);
        Assert.Equal(200, (await served.AskAsync("GET", "/readyz")).Status);
        await stop.CancelAsync();
        while (!served.Host.Services.GetRequiredService<ServeStop>().IsDraining)
            await Task.Yield();
        var ready = await served.AskAsync("GET", "/readyz");
        Assert.Equal((503, true), (ready.Status, ready.Json().GetProperty("stopping").GetBoolean()));
        Assert.Equal((200, "close"), ((await served.AskAsync("GET", "/healthz")).Status, ready.Headers["connection"]));
        await serving;
    }

    [Theory]
    [InlineData("POST /v1/predictions/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"keys\"")]
    [InlineData("POST /v1/predictions/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"key")]
    [InlineData("POST /v1/predictions/k HTTP/1.1\r\nHo")]
    [InlineData("")]
    public async Task Stop_ARequestThatIsHalfSent_DoesNotHoldIt(string sent)
    {
        await using var served = await StartAsync(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(6));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var serving = ServeHost.WaitAsync(served.Host, stop.Token);
        using var connection = await RawConnection.OpenAsync(served.Address);
        await connection.SendAsync(sent);
        await Task.Delay(100, Ct);
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await serving;
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    private static Task<ServedKeys> StartAsync(TimeSpan drain, TimeSpan within) =>
        ServedKeys.OfAsync([PredictionKey.Of(1)], configuration: c => c with { Stop = new StopLimits(drain, within) });
}
