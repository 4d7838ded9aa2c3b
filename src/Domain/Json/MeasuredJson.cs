using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchEngine.Domain;

/// <summary>Writes a <see cref="Measured{T}"/> as its value, or as {"notMeasured": "reason"}: unknown is never zero.</summary>
internal sealed class MeasuredJson : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Measured<>);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Writer<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Writer<T> : JsonConverter<Measured<T>>
        where T : struct
    {
        public override Measured<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new JsonException("Answers are written, not read.");

        public override void Write(Utf8JsonWriter writer, Measured<T> value, JsonSerializerOptions options)
        {
            if (value.TryGet(out var number))
            {
                JsonSerializer.Serialize(writer, number, options);
                return;
            }

            writer.WriteStartObject();
            writer.WriteString("notMeasured", value.Reason);
            writer.WriteEndObject();
        }
    }
}
