using System.Text.Encodings.Web;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Health;
using Microsoft.AspNetCore.Diagnostics;

namespace BatchEngine.Host.Http;

/// <summary>Turns failures into JSON answers: 400 with the reason for what the caller sent, 503 for what may pass, 500 for the rest. What is not the caller's
/// fault is logged, and its message is not sent. Safe for many threads.</summary>
internal sealed class FailureAnswers(ILogger<FailureAnswers> log, ServeMetrics metrics, InvariantStop invariants) : IExceptionHandler
{
    /// <summary>Said instead of a failure's message when trying again may help.</summary>
    public const string TryAgain = "The engine cannot answer now; try again. Its log says why.";

    /// <summary>Said instead of a failure's message otherwise.</summary>
    public const string Failed = "The engine failed to answer; its log says why.";

    // Read by people in a terminal, and declared as JSON: quotes need no escapes but JSON's own.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, text) = exception switch
        {
            RequestProblemException problem => (problem.Status, problem.Message),
            BadInputException or BadHttpRequestException => (StatusCodes.Status400BadRequest, exception.Message),
            BatchEngineException { IsTransient: true } => (StatusCodes.Status503ServiceUnavailable, TryAgain),
            _ => (StatusCodes.Status500InternalServerError, Failed),
        };
        if (status >= StatusCodes.Status500InternalServerError && exception is not RequestProblemException)
        {
            ServeEvents.RequestFailed(log, httpContext.Request.Method, httpContext.Request.Path.ToUriComponent(), status, exception);
            metrics.RequestFailed(status);
            invariants.StopIfBroken(exception);
        }

        httpContext.Response.StatusCode = status;
        if (exception is RequestProblemException { Allow: { } allowed })
            httpContext.Response.Headers.Allow = allowed;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await httpContext.Response.WriteAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["error"] = text }, s_json), cancellationToken)
            .ConfigureAwait(false);
        return true;
    }
}
