using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Http;

/// <summary>Whether the process lives, and whether it can answer: /healthz and /readyz; /health/live and /health/ready answer the same.</summary>
internal static class HealthPages
{
    /// <summary>Adds the pages.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var page in (string[])["/healthz", "/health/live"])
            Pages.Map(app, page, ("GET", context => Results.Text("{\"live\":true}", "application/json").ExecuteAsync(context)));
        foreach (var page in (string[])["/readyz", "/health/ready"])
        {
            Pages.Map(app, page, ("GET", async context => await (await ReadyAsync(context.RequestServices.GetRequiredService<LookupService>(),
                context.RequestServices.GetRequiredService<LoopWatch>(), context.RequestServices.GetServices<INightProblems>(),
                context.RequestServices.GetRequiredService<ServeStop>(), context.RequestServices.GetRequiredService<NewFolder>(), context.RequestAborted)
                .ConfigureAwait(false)).ExecuteAsync(context).ConfigureAwait(false)));
        }
    }

    private static async Task<IResult> ReadyAsync(LookupService lookups, LoopWatch loops, IEnumerable<INightProblems> nights, ServeStop stop,
        NewFolder folder, CancellationToken ct)
    {
        var names = lookups.Catalog.All.Select(s => new { name = s.Contract.Name, snapshot = s.Reader?.Info.Id, keys = s.Reader?.Info.Keys }).ToList();
        var problems = lookups.Catalog.Problems.Select(p => p.Text).ToList();
        IReadOnlyList<string> books = lookups.Books.Trouble is { } trouble ? [NamesOnly.Of($"What is looked up cannot be written down: {trouble}")] : [];
        var ended = loops.Ended.Select(e => new { loop = e.Loop, failure = e.Failure }).ToList();
        // A snapshot that cannot be opened keeps the earlier one serving: that is worth an alarm, not an outage. A loop that ended is mended by a restart only.
        var isNew = await folder.IsNewAsync(ct).ConfigureAwait(false);
        var isReady = !stop.IsDraining && !isNew && ended.Count == 0 && (problems.Count == 0 || lookups.Catalog.All.Any(s => s.Reader is not null));
        // A night that went wrong leaves the earlier snapshot serving, so it is told and no outage.
        IReadOnlyList<string> told = [.. isNew ? (string[])[NewFolder.Problem] : [], .. problems, .. books,
            .. nights.SelectMany(n => n.Problems).Select(NamesOnly.Of)];
        return Results.Json(new { ready = isReady, stopping = stop.IsDraining, names, problems = told, ended },
            statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
