using System.Diagnostics.Metrics;
using System.Net;
using BatchEngine.Domain;
using BatchEngine.Host.Health;
using BatchEngine.Host.Http;
using BatchEngine.TestKit.Databases;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>What a caller is told of a failure, and what the log is told.</summary>
public sealed class FailureAnswersTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_TheDatabaseLostATable_TellsNothingOfItAndLogsIt()
    {
        await using var served = await ServedHost.StartAsync();
        await served.Engine.Database.ExecuteSqlAsync("ALTER TABLE runs RENAME TO runs_away", Ct);
        var (status, text) = await served.GetAsync("/runs/churn_20261123T020000Z");
        Assert.True(status >= HttpStatusCode.InternalServerError, $"{status}: {text}");
        Assert.DoesNotContain("runs_away", text, StringComparison.Ordinal);
        Assert.DoesNotContain("no such table", text, StringComparison.Ordinal);
        Assert.Contains("its log says why", text, StringComparison.OrdinalIgnoreCase);
        var line = Assert.Single(served.Log.All, l => l.Level >= LogLevel.Error);
        Assert.Equal(1030, line.Event.Id);
        Assert.Contains("/runs/churn_20261123T020000Z", line.Text, StringComparison.Ordinal);
        Assert.Contains("no such table", line.Failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_OfTheCaller_SaysWhatIsWrongAndIsNotLogged()
    {
        await using var served = await ServedHost.BuildAsync();
        var (status, text) = await AnswerAsync(served, new BadInputException("key", "'abc'", "an integer", "Send one."));
        Assert.Equal(StatusCodes.Status400BadRequest, status);
        Assert.Contains("'abc'", text, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Log.All, l => l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Failure_ThatMayPass_AsksToTryAgain()
    {
        await using var served = await ServedHost.BuildAsync();
        var (status, text) = await AnswerAsync(served, new StorageFailedException("/secret/state.db", "it is locked.", isTransient: true));
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, status);
        Assert.Contains("try again", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_BrokenInvariant_StopsTheProgramAndIsCounted()
    {
        await using var served = await ServedHost.BuildAsync();
        var counted = 0L;
        using var meter = new MeterListener();
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "batchengine.requests.failed" && instrument.Meter == served.Host.Services.GetRequiredService<ServeMetrics>().Meter)
                listener.EnableMeasurementEvents(instrument);
        };
        meter.SetMeasurementEventCallback<long>((_, value, _, _) => counted += value);
        meter.Start();
        var (status, text) = await AnswerAsync(served, new InvariantBrokenException("planted", "facts"));
        Assert.Equal(StatusCodes.Status500InternalServerError, status);
        Assert.DoesNotContain("facts", text, StringComparison.Ordinal);
        Assert.NotNull(served.Host.Services.GetRequiredService<InvariantStop>().Broken);
        Assert.True(served.Host.Lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.Equal(1, counted);
    }

    private static async Task<(int Status, string Text)> AnswerAsync(ServedHost served, Exception failure)
    {
        var handler = Assert.IsType<FailureAnswers>(Assert.Single(served.Host.Services.GetServices<IExceptionHandler>()));
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        Assert.True(await handler.TryHandleAsync(context, failure, Ct));
        return (context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
