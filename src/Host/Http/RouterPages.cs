using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Http;

/// <summary>The pages of a router: look-ups and run reports. Safe for many threads.</summary>
internal sealed class RouterPages(PredictionRouter router, EngineConfiguration configuration, BatchAnswers batches, BytesInFlight budget, ServeStop stop)
    : IPages
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Existing => ["GET and POST /v1/predictions/NAME/KEY", "POST /v1/predictions/NAME", "GET /runs/RUN"];

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder app)
    {
        new PredictionEndpoints(router, configuration.Requests, batches, budget, stop.Hurry).Map(app);
        Pages.Map(app, "/runs/{run}", ("GET", ReportAsync));
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
