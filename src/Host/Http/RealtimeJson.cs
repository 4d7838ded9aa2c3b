using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>What a router and an endpoint tell each other, as JSON: every number comes out as it went in, to the last bit. Stateless.</summary>
internal static class RealtimeJson
{
    /// <summary>What an overloaded endpoint gives as its reason.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>The body of a question: {"features": {...}}, which <see cref="FeatureValues"/> reads back as the same values.</summary>
    public static byte[] Question(IReadOnlyDictionary<string, object?> features)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, AnswerJson.Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("features"u8);
            foreach (var (name, value) in features)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Writes a score.</summary>
    public static void Write(Utf8JsonWriter json, Prediction prediction)
    {
        json.WriteStartObject();
        json.WriteStartArray("outputs"u8);
        foreach (var output in prediction.Outputs)
            json.WriteNumberValue(BitConverter.SingleToInt32Bits(output));
        json.WriteEndArray();
        if (prediction.Confidence.TryGet(out var confidence))
            json.WriteNumber("confidence"u8, BitConverter.SingleToInt32Bits(confidence));
        else
            json.WriteString("noConfidence"u8, prediction.Confidence.Reason);
        json.WriteString("fingerprint"u8, prediction.FeatureFingerprint.ToString("x16", CultureInfo.InvariantCulture));
        json.WriteNumber("flags"u8, (byte)prediction.Flags);
        json.WriteEndObject();
    }

    /// <summary>Reads a score.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static Prediction Read(JsonElement answer)
    {
        try
        {
            var outputs = answer.GetProperty("outputs").EnumerateArray().Select(bits => BitConverter.Int32BitsToSingle(bits.GetInt32())).ToArray();
            var confidence = answer.TryGetProperty("confidence", out var given) ? Measured<float>.Of(BitConverter.Int32BitsToSingle(given.GetInt32()))
                : Measured<float>.NotMeasured(answer.GetProperty("noConfidence").GetString()!);
            return new Prediction(outputs, confidence, ulong.Parse(answer.GetProperty("fingerprint").GetString()!, NumberStyles.HexNumber,
                CultureInfo.InvariantCulture), (PredictionFlags)answer.GetProperty("flags").GetByte());
        }
        catch (Exception problem) when (problem is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException
            or ArgumentNullException)
        {
            throw new JsonException("It is no score.", problem);
        }
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool yes:
                json.WriteBooleanValue(yes);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case long whole:
                json.WriteNumberValue(whole);
                break;
            case double number:
                json.WriteRawValue(Text(number));
                break;
            case IEnumerable<object?> list:
                json.WriteStartArray();
                foreach (var item in list)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                throw new InvariantBrokenException("features are what a request may hold", value.GetType().Name);
        }
    }

    // A whole number that came as a fraction must not be taken for an integer at the other end.
    private static string Text(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}
