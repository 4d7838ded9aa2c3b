using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Http;

/// <summary>What an endpoint answers to routers: POST /v1/realtime/NAME/SNAPSHOT scores one row with the model of that snapshot. Safe for many
/// threads.</summary>
internal sealed class RealtimePages(EndpointService endpoint, EngineConfiguration configuration, BytesInFlight budget, ServeStop stop) : IPages
{
    /// <summary>Where it is, before the name.</summary>
    public const string Path = "/v1/realtime";

    private const string JsonType = "application/json; charset=utf-8";

    /// <inheritdoc/>
    public IReadOnlyList<string> Existing => [$"POST {Path}/NAME/SNAPSHOT"];

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder app) => Pages.Map(app, Path + "/{name}/{snapshot}", ("POST", ScoreAsync));

    private async Task ScoreAsync(HttpContext context)
    {
        var (name, id) = LookupPath.NameAndKey(context);
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var snapshot))
            throw new RequestProblemException(StatusCodes.Status400BadRequest, $"snapshot: found '{id}'; expected the number of a snapshot.");
        using var body = await RequestBody.ReadAsync(context, configuration.Requests, budget, stop.Hurry).ConfigureAwait(false);
        if (!JsonWords.Properties(body.Object, "request body", "features").TryGetValue("features", out var features))
            throw new RequestProblemException(StatusCodes.Status400BadRequest, "request body: found no features; expected {\"features\": {...}}.");
        try
        {
            var (scored, whyNot, detail) = await endpoint.ScoreAsync(name, snapshot, FeatureValues.Read(features), context.RequestAborted)
                .ConfigureAwait(false) ?? throw new RequestProblemException(StatusCodes.Status404NotFound, $"'{name}' has no snapshot {snapshot}.");
            Answer(context, scored, whyNot, detail);
        }
        catch (BadInputException problem)
        {
            Answer(context, problem);
        }
    }

    private static void Answer(HttpContext context, Router.Realtime.RealtimeOutcome.Scored? scored, RouteReason whyNot, string detail)
    {
        context.Response.StatusCode = scored is not null ? StatusCodes.Status200OK
            : whyNot == RouteReason.RealtimeOff ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = JsonType;
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, AnswerJson.Options);
        if (scored is not null)
        {
            RealtimeJson.Write(json, scored.Prediction);
            return;
        }
        json.WriteStartObject();
        json.WriteString("reason"u8, AnswerJson.Name(whyNot));
        json.WriteString("error"u8, detail);
        json.WriteEndObject();
    }

    // In its parts, so that the router tells its caller the same.
    private static void Answer(HttpContext context, BadInputException problem)
    {
        context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        context.Response.ContentType = JsonType;
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, AnswerJson.Options);
        json.WriteStartObject();
        json.WriteString("place"u8, problem.Place);
        json.WriteString("found"u8, problem.Seen);
        json.WriteString("expected"u8, problem.Expected);
        json.WriteString("remedy"u8, problem.Remedy);
        json.WriteString("error"u8, problem.Message);
        json.WriteEndObject();
    }
}
