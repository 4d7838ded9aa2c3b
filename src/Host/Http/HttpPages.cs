using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Engine;
using Microsoft.AspNetCore.Diagnostics;

namespace BatchEngine.Host.Http;

/// <summary>Every page of the server: look-ups, health and run reports.</summary>
internal static class HttpPages
{
    private const string Existing = "GET and POST /v1/predictions/NAME/KEY, POST /v1/predictions/NAME, GET /runs/RUN, GET /healthz and GET /readyz";

    /// <summary>Adds the pages, behind the translation of failures.</summary>
    public static void Map(WebApplication app)
    {
        var stop = app.Services.GetRequiredService<ServeStop>();
        app.Use((context, next) =>
        {
            // A caller that keeps its connection would lose the next question on it; HTTP/2 is told by the web server.
            if (stop.IsDraining && !HttpProtocol.IsHttp2(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            return next(context);
        });
        // FailureAnswers answers everything; without a last resort the middleware refuses to be built.
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = static _ => Task.CompletedTask });
        var limits = app.Services.GetRequiredService<EngineConfiguration>().Requests;
        var router = app.Services.GetRequiredService<PredictionRouter>();
        var budget = new BytesInFlight(limits.MaxBytesInFlight);
        var batches = new BatchAnswers(router, limits, budget, app.Services.GetServices<IExceptionHandler>().OfType<FailureAnswers>().Single(),
            app.Services.GetRequiredService<ServeMetrics>());
        new PredictionEndpoints(router, limits, batches, budget, stop.Hurry).Map(app);
        HealthPages.Map(app);
        Pages.Map(app, "/runs/{run}", ("GET", ReportAsync));
        app.MapFallback(context =>
            throw new RequestProblemException(StatusCodes.Status404NotFound,
                $"{context.Request.Path}: there is no such page. There are {Existing}. In a key write a slash as %2F."));
    }

    private static async Task ReportAsync(HttpContext context)
    {
        var run = (string)context.Request.RouteValues["run"]!;
        var services = context.RequestServices;
        RunId id;
        try
        {
            id = RunId.Parse(run);
        }
        catch (FormatException problem)
        {
            throw new RequestProblemException(StatusCodes.Status400BadRequest, problem.Message);
        }

        var assumption = await services.GetRequiredService<CurrentPrices>().AssumptionAsync(context.RequestAborted).ConfigureAwait(false);
        var report = await new RunReportBuilder(services.GetRequiredService<StateDatabase>(), services.GetRequiredService<TimeProvider>())
            .BuildAsync(id, assumption, context.RequestAborted).ConfigureAwait(false)
            ?? throw new RequestProblemException(StatusCodes.Status404NotFound, $"No run {run}.");
        await Results.Text(NamesOnly.Of(RunReportPage.Render(report)), "text/html; charset=utf-8").ExecuteAsync(context).ConfigureAwait(false);
    }
}
