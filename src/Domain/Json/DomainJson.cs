using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchEngine.Domain;

/// <summary>Writes identities (run ids, digests, fences, model references and versions) as the text people use.</summary>
internal sealed class DomainJson : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert == typeof(RunId) || typeToConvert == typeof(Digest) || typeToConvert == typeof(FenceToken)
        || typeToConvert == typeof(DecisionSubject) || typeToConvert == typeof(ModelVersion) || typeToConvert == typeof(Offering)
            || typeof(ModelReference).IsAssignableFrom(typeToConvert);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(TextWriter<>).MakeGenericType(typeToConvert))!;

    private sealed class TextWriter<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new JsonException("Answers are written, not read.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value is DecisionSubject subject ? subject.Text() : value?.ToString());
    }
}
