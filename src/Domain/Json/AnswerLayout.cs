using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchEngine.Domain;

/// <summary>How facts are written as JSON, so that a program reads one shape wherever it meets them: camelCase, a measurement as its value or the reason why
/// there is none, a duration in seconds, identities as the text that people use. Written only, not read.</summary>
public static class AnswerLayout
{
    /// <summary>For a document of its own: indented, and with every character that JSON allows as it is.</summary>
    public static JsonSerializerOptions Document { get; } = Create(isDocument: true);

    /// <summary>For JSON inside a page: on one line, and no text in it can end a script element.</summary>
    public static JsonSerializerOptions Embedded { get; } = Create(isDocument: false);

    private static JsonSerializerOptions Create(bool isDocument) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = isDocument,
        Encoder = isDocument ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping : JavaScriptEncoder.Default,
        Converters = { new DomainJson(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new MeasuredJson(), new TimeSpanJson() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}
