using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchEngine.Storage.Database.Values;

/// <summary>A value that is its own text (a run id, a digest) as a JSON string.</summary>
internal sealed class TextValueConverter<T>(Func<string, T> parse) : JsonConverter<T>
    where T : struct
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        parse(reader.GetString() ?? throw new JsonException($"null where a {typeof(T).Name} was expected"));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
