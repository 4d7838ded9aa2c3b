using System.Text.Json;

namespace BatchEngine.Host.Tests.Http;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">Its status code.</param>
/// <param name="Headers">Its headers by name; names in lower case.</param>
/// <param name="Body">Its body, put together if it came in chunks.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }
}
