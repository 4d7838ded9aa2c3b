using BatchEngine.Host.Health;

namespace BatchEngine.Host.Http;

/// <summary>Every page of the server: those of its roles, health and metrics.</summary>
internal static class HttpPages
{
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
        var pages = app.Services.GetServices<IPages>().ToList();
        foreach (var some in pages)
            some.Map(app);
        HealthPages.Map(app);
        var existing = string.Join(", ", [.. pages.SelectMany(p => p.Existing), "GET /healthz", "GET /metrics"]) + " and GET /readyz";
        app.MapFallback(context =>
            throw new RequestProblemException(StatusCodes.Status404NotFound,
                $"{context.Request.Path}: there is no such page. There are {existing}. In a key write a slash as %2F."));
    }
}
