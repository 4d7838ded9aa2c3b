using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Values;

/// <summary>Domain values as JSON: equal values give equal bytes, and what is written is read back equal.</summary>
/// <remarks>
/// Members in declared order, dictionaries sorted by key (ordinal), enums by name, infinities by name, members of a closed hierarchy marked by "kind".
/// A constructor parameter added later needs a default value, so that older rows can still be read; without one, reading an older row fails loudly.
/// </remarks>
public static class StoredJson
{
    private static readonly JsonSerializerOptions Options = Create();

    /// <summary>The value as one line of JSON.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">The row it comes from, for the error.</param>
    /// <exception cref="CorruptDataException">The text is no such value.</exception>
    public static T Read<T>(string json, string place)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new CorruptDataException(place, "null", typeof(T).Name);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or NotSupportedException or BadInputException)
        {
            throw new CorruptDataException(place, e.Message, $"the JSON of a {typeof(T).Name}", e);
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            IgnoreReadOnlyProperties = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { MarkKinds } },
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new TextValueConverter<RunId>(RunId.Parse));
        options.Converters.Add(new TextValueConverter<Digest>(Digest.Parse));
        options.Converters.Add(new MeasuredConverter());
        options.Converters.Add(new SortedDictionaryConverter());
        options.MakeReadOnly();
        return options;
    }

    // A closed hierarchy is an abstract record whose variants are nested in it; the variant's own name is the kind.
    private static void MarkKinds(JsonTypeInfo info)
    {
        if (!info.Type.IsAbstract || info.Type.IsInterface || info.Type.Assembly != typeof(RunId).Assembly)
            return;
        info.PolymorphismOptions =
            new JsonPolymorphismOptions
            {
                TypeDiscriminatorPropertyName = "kind",
                UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization
            };
        foreach (var variant in info.Type.GetNestedTypes().Where(t => t.IsSubclassOf(info.Type)).OrderBy(t => t.Name, StringComparer.Ordinal))
            info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(variant, JsonNamingPolicy.CamelCase.ConvertName(variant.Name)));
    }
}
