using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Http;

/// <summary>The web server: look-ups, health and run reports.</summary>
internal static class HttpServer
{
    private const string Pages = "GET and POST /v1/predictions/NAME/KEY, POST /v1/predictions/NAME, GET /runs/RUN, GET /health/live and GET /health/ready";

    /// <summary>Builds it; the caller starts and stops it.</summary>
    /// <param name="engine">The rooms.</param>
    /// <param name="lookups">The router.</param>
    /// <param name="url">Where to listen; port 0 means any free one.</param>
    /// <param name="screen">Told of failures.</param>
    public static WebApplication Build(Engine engine, LookupService lookups, string url, Screen screen)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = engine.Configuration.Requests.MaxRequestBytes;
        });
        var app = builder.Build();
        ErrorAnswers.Use(app, screen.Note);
        new PredictionEndpoints(lookups.Router, engine.Configuration.Requests.MaxKeysPerRequest).Map(app);
        app.MapGet("/health/live", () => Results.Text("{\"live\":true}", "application/json"));
        app.MapGet("/health/ready", () => Ready(lookups));
        app.MapGet("/runs/{run}", (string run, CancellationToken ct) => ReportAsync(engine, run, ct));
        app.MapFallback((HttpContext context) =>
            Results.Json(new { error = $"{context.Request.Path}: there is no such page. There are {Pages}." }, statusCode: StatusCodes.Status404NotFound));
        return app;
    }

    /// <summary>Where a started server listens.</summary>
    public static string AddressOf(WebApplication app) => app.Urls.First();

    private static IResult Ready(LookupService lookups)
    {
        var names = lookups.Catalog.All.Select(s => new { name = s.Contract.Name, snapshot = s.Reader?.Info.Id, keys = s.Reader?.Info.Keys }).ToList();
        var problems = lookups.Catalog.Problems;
        // A snapshot that cannot be opened keeps the earlier one serving: that is worth an alarm, not an outage.
        var isReady = problems.Count == 0 || lookups.Catalog.All.Any(s => s.Reader is not null);
        return Results.Json(new { ready = isReady, names, problems }, statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReportAsync(Engine engine, string run, CancellationToken ct)
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

        return await new RunReportBuilder(engine.Database, engine.Clock).BuildAsync(id, null, ct).ConfigureAwait(false) is { } report
            ? Results.Text(RunReportPage.Render(report), "text/html; charset=utf-8")
            : Results.Json(new { error = $"No run {run}." }, statusCode: StatusCodes.Status404NotFound);
    }
}
