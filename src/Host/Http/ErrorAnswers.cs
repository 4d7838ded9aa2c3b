using System.Text.Encodings.Web;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>Turns failures into JSON answers: 400 for what the caller sent, 503 for what may pass, 500 for the rest. Never a stack trace.</summary>
internal static class ErrorAnswers
{
    // Read by people in a terminal, and declared as JSON: quotes need no escapes but JSON's own.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds the translation in front of every endpoint.</summary>
    /// <param name="app">The application.</param>
    /// <param name="report">Told of every failure that is not the caller's.</param>
    public static void Use(IApplicationBuilder app, Action<string> report) => app.Use(next => async context =>
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, failure, report).ConfigureAwait(false);
        }
    });

    private static async Task WriteAsync(HttpContext context, Exception failure, Action<string> report)
    {
        var status = failure switch
        {
            BadInputException or BadHttpRequestException => StatusCodes.Status400BadRequest,
            BatchEngineException { IsTransient: true } => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status != StatusCodes.Status400BadRequest)
            report($"{context.Request.Method} {context.Request.Path}: {failure.Message}");
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        var text = failure is BatchEngineException or BadHttpRequestException ? failure.Message : "The engine failed to answer; its log says why.";
        await context.Response.WriteAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["error"] = text }, s_json), context.RequestAborted)
            .ConfigureAwait(false);
    }
}
