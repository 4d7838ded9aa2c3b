using System.Text.Json;
using System.Text.Json.Serialization;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Values;

/// <summary>A measured number as {"value": ...}, an unknown one as {"notMeasured": "reason"}.</summary>
internal sealed class MeasuredConverter : JsonConverterFactory
{
    private const string Value = "value";
    private const string NotMeasured = "notMeasured";

    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Measured<>);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Of<T> : JsonConverter<Measured<T>>
        where T : struct
    {
        public override Measured<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
                throw new JsonException("a measured value is an object with one member");
            var member = reader.GetString();
            reader.Read();
            var measured = member switch
            {
                Value => Measured<T>.Of(JsonSerializer.Deserialize<T>(ref reader, options)),
                NotMeasured => Measured<T>.NotMeasured(reader.GetString() ?? ""),
                _ => throw new JsonException($"'{member}' where '{Value}' or '{NotMeasured}' was expected"),
            };
            return reader.Read() && reader.TokenType == JsonTokenType.EndObject ? measured : throw new JsonException("a measured value has exactly one member");
        }

        public override void Write(Utf8JsonWriter writer, Measured<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            if (value.TryGet(out var known))
            {
                writer.WritePropertyName(Value);
                JsonSerializer.Serialize(writer, known, options);
            }
            else
            {
                writer.WriteString(NotMeasured, value.Reason);
            }
            writer.WriteEndObject();
        }
    }
}
