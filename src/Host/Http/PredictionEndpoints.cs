using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Router.Routing;

namespace BatchEngine.Host.Http;

/// <summary>The look-up endpoints: one key by GET, one key with features by POST, many keys by POST. Safe for many threads.</summary>
/// <remarks>Plain request delegates that write JSON straight into the response: a look-up costs little more than Kestrel itself.</remarks>
internal sealed class PredictionEndpoints(PredictionRouter router, int maxBatchKeys)
{
    private const string JsonType = "application/json; charset=utf-8";

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder app)
    {
        // Catches slashes too: a target like http://host/a%2Fb reaches the routes decoded. What the parts are is read from the target itself.
        Pages.Map(app, "/v1/predictions/{model}/{**key}", ("GET", GetOneAsync), ("POST", PostOneAsync));
        Pages.Map(app, "/v1/predictions/{model}", ("POST", PostManyAsync));
    }

    private async Task GetOneAsync(HttpContext context)
    {
        var (model, key) = LookupPath.NameAndKey(context);
        var decision = await router.RouteAsync(model, key, null, context.RequestAborted).ConfigureAwait(false);
        Answer(context, key, decision);
    }

    private async Task PostOneAsync(HttpContext context)
    {
        var (model, key) = LookupPath.NameAndKey(context);
        using var body = await ReadBodyAsync(context).ConfigureAwait(false);
        var features = body.RootElement.TryGetProperty("features", out var given) ? FeatureValues.Read(given) : null;
        var decision = await router.RouteAsync(model, key, features, context.RequestAborted).ConfigureAwait(false);
        Answer(context, key, decision);
    }

    private async Task PostManyAsync(HttpContext context)
    {
        var model = LookupPath.Name(context);
        using var body = await ReadBodyAsync(context).ConfigureAwait(false);
        var asked = BatchRequest.Read(body.RootElement, maxBatchKeys);
        var decisions = await router.RouteManyAsync(model, [.. asked.Select(a => (a.Key, a.Features))], context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = JsonType;
        var json = Writer(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("predictions"u8);
        for (var i = 0; i < decisions.Count; i++)
            AnswerJson.Write(json, asked[i].Key, decisions[i]);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static async Task<JsonDocument> ReadBodyAsync(HttpContext context)
    {
        try
        {
            var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
            return body.RootElement.ValueKind == JsonValueKind.Object
                ? body
                : throw new BadInputException("request body", body.RootElement.ValueKind.ToString(), "a JSON object",
                    "Send {\"features\": {...}} or {\"keys\": [...]}.");
        }
        catch (JsonException problem)
        {
            throw new BadInputException("request body", problem.Message, "a JSON object", "Send {\"features\": {...}} or {\"keys\": [...]}.", problem);
        }
    }

    private static void Answer(HttpContext context, string key, RouteDecision decision)
    {
        context.Response.StatusCode = AnswerJson.StatusOf(decision);
        context.Response.ContentType = JsonType;
        if (context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        var json = Writer(context.Response.BodyWriter);
        AnswerJson.Write(json, key, decision);
        json.Flush();
    }

    private static Utf8JsonWriter Writer(IBufferWriter<byte> target)
    {
        if (t_writer is null)
            return t_writer = new Utf8JsonWriter(target,
                new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        t_writer.Reset(target);
        return t_writer;
    }
}
