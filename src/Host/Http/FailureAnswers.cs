using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;

namespace BatchEngine.Host.Http;

/// <summary>Turns failures into JSON answers: 4xx with the reason for what the caller sent, 503 for what may pass, 500 for the rest. What is not the caller's
/// fault is logged, and its message is not sent. Safe for many threads.</summary>
internal sealed class FailureAnswers(ILogger<FailureAnswers> log, ServeMetrics metrics, InvariantStop invariants, ServeStop stop,
    EngineConfiguration configuration) : IExceptionHandler
{
    /// <summary>Said instead of a failure's message when trying again may help.</summary>
    public const string TryAgain = "The engine cannot answer now; try again. Its log says why.";

    /// <summary>Said instead of a failure's message otherwise.</summary>
    public const string Failed = "The engine failed to answer; its log says why.";

    // An answer is not made as long as what it complains about.
    private const int MaxTextLength = 1_000;

    // Read by people in a terminal, and declared as JSON: quotes need no escapes but JSON's own.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is ConnectionResetException or ConnectionAbortedException)
        {
            // The caller left; nobody reads an answer.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (status, text) = exception switch
        {
            RequestProblemException problem => (problem.Status, problem.Message),
            BadHttpRequestException { StatusCode: var code } => (code, TextOf(code)),
            BadInputException => (StatusCodes.Status400BadRequest, exception.Message),
            BatchEngineException { IsTransient: true } => (StatusCodes.Status503ServiceUnavailable, TryAgain),
            _ => (StatusCodes.Status500InternalServerError, Failed),
        };
        if (status >= StatusCodes.Status500InternalServerError && exception is not RequestProblemException)
            Note(httpContext, status, exception);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers[RequestNumber.Header] = RequestNumber.Of(httpContext);
        if (status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = "1";
        var more = exception as RequestProblemException;
        if (more is { Allow: { } allowed })
            response.Headers.Allow = allowed;
        if (more is { AcceptEncoding: { } encodings })
            response.Headers.AcceptEncoding = encodings;
        if ((stop.IsDraining || status == StatusCodes.Status408RequestTimeout || more is { EndsConnection: true }) && !IsHttp2(httpContext))
            response.Headers.Connection = "close";
        Write(response.BodyWriter, text, more?.Index, RequestNumber.Of(httpContext));
        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Logs and counts a failure that is not the caller's, and begins to stop the program when an invariant is broken.</summary>
    public void Note(HttpContext context, int status, Exception failure)
    {
        ServeEvents.RequestFailed(log, context.Request.Method, context.Request.Path.ToUriComponent(), status, RequestNumber.Of(context), failure);
        metrics.RequestFailed(status);
        invariants.StopIfBroken(failure);
    }

    private static bool IsHttp2(HttpContext context) => HttpProtocol.IsHttp2(context.Request.Protocol);

    private static void Write(IBufferWriter<byte> target, string text, int? index, string request)
    {
        using var json = new Utf8JsonWriter(target, s_json);
        json.WriteStartObject();
        json.WriteString("error"u8, text.Length <= MaxTextLength ? text : text[..MaxTextLength] + "…");
        if (index is { } item)
            json.WriteNumber("index"u8, item);
        json.WriteString("requestId"u8, request);
        json.WriteEndObject();
    }

    // The web server's own words speak of its settings.
    private string TextOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => RequestBody.TooLarge(configuration.Requests.MaxRequestBytes),
        StatusCodes.Status408RequestTimeout => "The request did not come fast enough.",
        _ => string.Create(CultureInfo.InvariantCulture, $"The request is not valid HTTP, or its body ended early ({status})."),
    };
}
