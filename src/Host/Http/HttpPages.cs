using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Http;

/// <summary>Every page of the server: look-ups, health and run reports.</summary>
internal static class HttpPages
{
    private const string Pages = "GET and POST /v1/predictions/NAME/KEY, POST /v1/predictions/NAME, GET /runs/RUN, GET /healthz and GET /readyz";

    /// <summary>Adds the pages, behind the translation of failures.</summary>
    public static void Map(WebApplication app)
    {
        // FailureAnswers answers everything; without a last resort the middleware refuses to be built.
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = static _ => Task.CompletedTask });
        new PredictionEndpoints(app.Services.GetRequiredService<PredictionRouter>(),
            app.Services.GetRequiredService<EngineConfiguration>().Requests.MaxKeysPerRequest).Map(app);
        HealthPages.Map(app);
        app.MapGet("/runs/{run}", (string run, StateDatabase database, CurrentPrices prices, TimeProvider clock, CancellationToken ct) =>
            ReportAsync(database, prices, clock, run, ct));
        app.MapFallback((HttpContext context) =>
            Results.Json(new { error = $"{context.Request.Path}: there is no such page. There are {Pages}." }, statusCode: StatusCodes.Status404NotFound));
    }

    private static async Task<IResult> ReportAsync(StateDatabase database, CurrentPrices prices, TimeProvider clock, string run, CancellationToken ct)
    {
        RunId id;
        try
        {
            id = RunId.Parse(run);
        }
        catch (FormatException problem)
        {
            return Results.Json(new { error = problem.Message }, statusCode: StatusCodes.Status400BadRequest);
        }

        var assumption = await prices.AssumptionAsync(ct).ConfigureAwait(false);
        return await new RunReportBuilder(database, clock).BuildAsync(id, assumption, ct).ConfigureAwait(false) is { } report
            ? Results.Text(RunReportPage.Render(report), "text/html; charset=utf-8")
            : Results.Json(new { error = $"No run {run}." }, statusCode: StatusCodes.Status404NotFound);
    }
}
