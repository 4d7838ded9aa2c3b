using System.Text.Encodings.Web;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>Writes a route decision as the JSON an application reads, and says which HTTP status it has. Stateless, so safe for many threads.</summary>
/// <remarks>Non-finite outputs cannot be stored or scored (the row check rejects them), so every number is legal JSON.</remarks>
internal static class AnswerJson
{
    /// <summary>How answers are written: by calls that are right, for readers that are no HTML page.</summary>
    public static JsonWriterOptions Options { get; } = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The HTTP status of the decision: 200 for any prediction, 404 for an unknown name or key, 503 when a prediction should exist and cannot be
    /// given now.</summary>
    public static int StatusOf(RouteDecision decision) => decision switch
    {
        RouteDecision.Hit or RouteDecision.Realtime or RouteDecision.Degraded => StatusCodes.Status200OK,
        RouteDecision.Refused { Reason: RouteReason.UnknownName } => StatusCodes.Status404NotFound,
        RouteDecision.Refused { Reason: RouteReason.KeyMissing, WhyNotRealtime: RouteReason.NoFeatures or RouteReason.RealtimeOff } =>
            StatusCodes.Status404NotFound,
        RouteDecision.Refused => StatusCodes.Status503ServiceUnavailable,
        _ => throw new InvariantBrokenException("every decision has a status", decision.GetType().Name),
    };

    /// <summary>Writes one answer as an object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="asked">The key as the application wrote it, given back when there is no snapshot to say how it is written.</param>
    /// <param name="decision">What the router decided.</param>
    public static void Write(Utf8JsonWriter json, string asked, RouteDecision decision)
    {
        json.WriteStartObject();
        WriteKey(json, asked, decision.Key);
        json.WriteString("source"u8, Sources[(int)decision.Source]);
        json.WriteString("reason"u8, Name(decision.SourceReason));
        switch (decision)
        {
            case RouteDecision.Hit hit:
                WritePrediction(json, hit.Prediction, hit.Provenance);
                break;
            case RouteDecision.Realtime realtime:
                if (realtime.Prediction.Flags.HasFlag(PredictionFlags.DependsOnBatch))
                    json.WriteBoolean("dependsOnBatch"u8, true);
                WritePrediction(json, realtime.Prediction, realtime.Provenance);
                break;
            case RouteDecision.Degraded stored:
                json.WriteString("whyNotRealtime"u8, Name(stored.WhyNotRealtime));
                WritePrediction(json, stored.Prediction, stored.Provenance);
                break;
            case RouteDecision.Refused refused:
                json.WriteString("whyNotRealtime"u8, Name(refused.WhyNotRealtime));
                json.WriteString("error"u8, refused.Detail);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>The reason in camelCase, as it stands in answers and reports.</summary>
    public static JsonEncodedText Name(RouteReason reason) => Names[(int)reason];

    private static readonly JsonEncodedText[] Names =
        [.. Enum.GetNames<RouteReason>().Select(n => JsonEncodedText.Encode(char.ToLowerInvariant(n[0]) + n[1..]))];

    private static readonly JsonEncodedText[] Sources = [.. Enum.GetNames<AnswerSource>().Select(n => JsonEncodedText.Encode(n.ToLowerInvariant()))];

    private static void WriteKey(Utf8JsonWriter json, string asked, PredictionKey? key)
    {
        if (key is { Kind: KeyKind.Int64 } number)
            json.WriteNumber("key"u8, number.Number);
        else
            json.WriteString("key"u8, key is { } text ? text.Text : asked);
    }

    private static void WritePrediction(Utf8JsonWriter json, Prediction prediction, Provenance provenance)
    {
        json.WriteStartObject("outputs"u8);
        for (var i = 0; i < provenance.Outputs.Count; i++)
        {
            if (provenance.Outputs[i].IsNamed)
                WriteOutput(json, provenance.Outputs[i], prediction.Outputs, i);
        }
        json.WriteEndObject();
        if (prediction.Confidence.TryGet(out var confidence))
            json.WriteNumber("confidence"u8, confidence);
        json.WriteString("model"u8, provenance.Model.ToString());
        if (provenance.SnapshotId is { } snapshot)
            json.WriteNumber("snapshot"u8, snapshot);
        json.WriteString("asOf"u8, provenance.AsOf);
        json.WriteNumber("ageSeconds"u8, Math.Round(provenance.Age.TotalSeconds, 3));
    }

    private static void WriteOutput(Utf8JsonWriter json, OutputColumn column, IReadOnlyList<float> values, int at)
    {
        if (column.Kind == OutputKind.WideInteger)
            json.WriteNumber(column.Name, IntegerHalves.Join(values[at], values[at + 1]));
        else if (column.Kind == OutputKind.Integer)
            json.WriteNumber(column.Name, (long)values[at]);
        else if (column.Labels.Count == 0)
            json.WriteNumber(column.Name, values[at]);
        else if (values[at] >= 0 && values[at] < column.Labels.Count)
            json.WriteString(column.Name, column.Labels[(int)values[at]]);
        else
            json.WriteNull(column.Name);
    }
}
