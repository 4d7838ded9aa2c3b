using BatchEngine.Host.Health;

namespace BatchEngine.Host.Http;

/// <summary>Whether the process lives, and whether it can do its work: /healthz and /readyz; /health/live and /health/ready answer the same. What it counts:
/// /metrics.</summary>
internal static class HealthPages
{
    /// <summary>Adds the pages.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var page in (string[])["/healthz", "/health/live"])
            Pages.Map(app, page, ("GET", context => Results.Text("{\"live\":true}", "application/json").ExecuteAsync(context)));
        foreach (var page in (string[])["/readyz", "/health/ready"])
            Pages.Map(app, page, ("GET", async context => await (await ReadyAsync(context).ConfigureAwait(false)).ExecuteAsync(context).ConfigureAwait(false)));
        Pages.Map(app, "/metrics", ("GET", context => Results.Text(context.RequestServices.GetRequiredService<MeterReadings>().Text(),
            MeterReadings.ContentType).ExecuteAsync(context)));
    }

    private static async Task<IResult> ReadyAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var stop = services.GetRequiredService<ServeStop>();
        var parts = new List<PartReadiness>();
        foreach (var part in services.GetServices<IReadinessPart>())
            parts.Add(await part.LookAsync(context.RequestAborted).ConfigureAwait(false));
        // A loop that ended is mended by a restart only.
        var ended = services.GetRequiredService<LoopWatch>().Ended.Select(e => new { loop = e.Loop, failure = e.Failure }).ToList();
        var isReady = !stop.IsDraining && ended.Count == 0 && parts.TrueForAll(p => p.CanWork);
        return Results.Json(
            new
            {
                ready = isReady,
                stopping = stop.IsDraining,
                names = parts.SelectMany(p => p.Names),
                problems = parts.SelectMany(p => p.Problems).Select(NamesOnly.Of),
                ended,
            },
            statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
