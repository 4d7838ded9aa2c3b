using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Routing;
using Microsoft.AspNetCore.Diagnostics;

namespace BatchEngine.Host.Http;

/// <summary>Answers batches: all keys from one snapshot, written as the caller reads them, so that an answer that nobody reads holds little memory and is ended
/// after a while. Safe for many threads.</summary>
internal sealed class BatchAnswers(PredictionRouter router, EngineConfiguration configuration, BytesInFlight budget, IEnumerable<IExceptionHandler> handlers,
    ServeMetrics metrics)
{
    private readonly FailureAnswers _failures = handlers.OfType<FailureAnswers>().Single();

    // Under the 64 KiB that the web server holds for a connection before it makes a writer wait.
    private const int FlushBytes = 16 << 10;

    // Of the answer, in the web server and here.
    private const int AnswerBytes = 96 << 10;

    /// <summary>Answers one batch.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">Its questions.</param>
    /// <param name="held">What they are answered from.</param>
    /// <exception cref="RequestProblemException">A question cannot be used, there is no snapshot, or the requests under way hold all memory; nothing was
    /// answered.</exception>
    public async Task AnswerAsync(HttpContext context, BatchRequest request, HeldName held)
    {
        if (held.Reader is not { } reader)
        {
            router.RefuseMany(held, request.Count);
            throw new RequestProblemException(StatusCodes.Status503ServiceUnavailable, held.Served.WhyNone);
        }
        request.Require(reader.Info.KeyKind);
        budget.Take(AnswerBytes);
        try
        {
            await WriteAsync(context, request.Asked(reader.Info.KeyKind), held).ConfigureAwait(false);
        }
        finally
        {
            budget.Give(AnswerBytes);
        }
    }

    private async Task WriteAsync(HttpContext context, IEnumerable<AskedKey> asked, HeldName held)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            await WriteAsync(context, router.RouteManyAsync(held, asked, limit.Token), limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // It is cut off, so that nobody takes half of it for the whole.
            if (!context.RequestAborted.IsCancellationRequested)
                metrics.AnswerUnread();
            context.Abort();
        }
        catch (Exception failure)
        {
            // A part of it may be written already, and what is written cannot be taken back.
            _failures.Note(context, StatusCodes.Status500InternalServerError, failure);
            context.Abort();
        }
    }

    private async Task WriteAsync(HttpContext context, IAsyncEnumerable<RouteDecision> decisions, CancellationTokenSource limit)
    {
        var target = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(target, AnswerJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("predictions"u8);
        var flushed = 0L;
        await foreach (var decision in decisions.ConfigureAwait(false))
        {
            AnswerJson.Write(json, "", decision);
            if (json.BytesCommitted + json.BytesPending - flushed < FlushBytes)
                continue;
            json.Flush();
            flushed = json.BytesCommitted;
            // Each piece has the time: an answer that is read slowly goes on, one that is not read ends.
            limit.CancelAfter(configuration.Requests.Timeout);
            await target.FlushAsync(limit.Token).ConfigureAwait(false);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
