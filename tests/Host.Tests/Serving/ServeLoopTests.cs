using System.Net;
using BatchEngine.Domain;
using BatchEngine.Host.Commands;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;
using BatchEngine.TestKit.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>A background loop that ends is seen, and a broken invariant ends the program.</summary>
public sealed class ServeLoopTests
{
    private const string Secret = "planted fault 4711";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/readyz")]
    [InlineData("/health/ready")]
    public async Task Ready_AllLoopsRun_Is200(string page)
    {
        await using var served = await ServedHost.StartAsync();
        var (status, text) = await served.GetAsync(page);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"ready\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_BooksThatCannotBeWritten_AreAProblemWhileTheyAre()
    {
        await using var served = await ServedHost.StartAsync();
        var books = served.Host.Services.GetRequiredService<LookupService>().Books;
        await served.Engine.Database.ExecuteSqlAsync("ALTER TABLE open_slices RENAME TO away", Ct);
        Assert.False(await books.WriteAsync());
        Assert.Contains("What is looked up cannot be written down: ", (await served.GetAsync("/readyz")).Text, StringComparison.Ordinal);
        await served.Engine.Database.ExecuteSqlAsync("ALTER TABLE away RENAME TO open_slices", Ct);
        Assert.True(await books.WriteAsync());
        Assert.DoesNotContain("written down", (await served.GetAsync("/readyz")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_ALoopThatThrew_Is503WithItsNameAndALogLine()
    {
        await using var served = await ServedHost.StartAsync(new FailingLoopOf(new TimeZoneNotFoundException(Secret)));
        var line = await EndedAsync(served);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains("'planted'", line.Text, StringComparison.Ordinal);
        Assert.Equal(Secret, line.Failure?.Message);
        foreach (var page in (string[])["/readyz", "/health/ready"])
        {
            var (status, text) = await served.GetAsync(page);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("\"ended\":[{\"loop\":\"planted\",\"failure\":\"TimeZoneNotFoundException\"}]", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/healthz")).Status);
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task Ready_ALoopThatReturned_Is503()
    {
        await using var served = await ServedHost.StartAsync(new FailingLoopOf(null));
        await EndedAsync(served);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await served.GetAsync("/readyz")).Status);
    }

    [Fact]
    public async Task Run_ALoopBreaksAnInvariant_EndsWithItAndAnExitCode()
    {
        var broken = new InvariantBrokenException("planted numbers add up", "2 and 2 are 5");
        await using var served = await ServedHost.BuildAsync(new FailingLoopOf(new InvalidOperationException("around it", broken)));
        var thrown = await Assert.ThrowsAsync<InvariantBrokenException>(() => ServeHost.RunAsync(served.Host, Ct));
        Assert.Same(broken, thrown);
        Assert.Equal(ExitCode.Violation, CommandLine.Report(thrown, new Screen(json: true, verbose: false), ""));
        Assert.Contains(served.Log.All, l => l.Event.Id == 1021 && l.Level == LogLevel.Critical && l.Text.Contains("2 and 2 are 5", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_AskedToStop_EndsWithoutALoopThatEndedByItself()
    {
        await using var served = await ServedHost.BuildAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = ServeHost.RunAsync(served.Host, stop.Token);
        await Task.WhenAny(running, served.Log.FirstAsync(1001).WaitAsync(Ct));
        await stop.CancelAsync();
        await running;
        Assert.DoesNotContain(served.Log.All, l => l.Level >= LogLevel.Warning);
        Assert.Contains(served.Log.All, l => l.Event.Id == 1003);
    }

    private static Task<LogLine> EndedAsync(ServedHost served) => served.Log.FirstAsync(1020).WaitAsync(Ct);
}
