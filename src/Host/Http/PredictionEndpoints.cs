using System.Buffers;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Router.Routing;

namespace BatchEngine.Host.Http;

/// <summary>The look-up endpoints: one key by GET, one key with features by POST, many keys by POST. Safe for many threads.</summary>
/// <remarks>Plain request delegates that write JSON straight into the response: a look-up costs little more than Kestrel itself.</remarks>
internal sealed class PredictionEndpoints(PredictionRouter router, RequestLimits limits, BatchAnswers batches, BytesInFlight budget, CancellationToken hurry)
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
        using var body = await RequestBody.ReadAsync(context, limits, budget, hurry).ConfigureAwait(false);
        var given = JsonWords.Properties(body.Object, "request body", "features");
        var features = given.TryGetValue("features", out var values) ? FeatureValues.Read(values) : null;
        var decision = await router.RouteAsync(model, key, features, context.RequestAborted).ConfigureAwait(false);
        Answer(context, key, decision);
    }

    private async Task PostManyAsync(HttpContext context)
    {
        var model = LookupPath.Name(context);
        using var body = await RequestBody.ReadAsync(context, limits, budget, hurry).ConfigureAwait(false);
        var request = BatchRequest.Read(body.Object, limits.MaxKeysPerRequest);
        using var held = router.Hold(model)
            ?? throw new RequestProblemException(StatusCodes.Status404NotFound, $"No job serves under the name '{model}'.");
        context.Response.ContentType = JsonType;
        await batches.AnswerAsync(context, request, held).ConfigureAwait(false);
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
            return t_writer = new Utf8JsonWriter(target, AnswerJson.Options);
        t_writer.Reset(target);
        return t_writer;
    }
}
