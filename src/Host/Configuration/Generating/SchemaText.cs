using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;

namespace BatchEngine.Host.Configuration.Generating;

/// <summary>The JSON schema of a file, for editors.</summary>
internal static class SchemaText
{
    private static readonly JsonSerializerOptions s_layout = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema of a file.</summary>
    /// <param name="title">What the file is.</param>
    /// <param name="file">Its keys.</param>
    /// <param name="definitions">What it refers to within itself; null means nothing.</param>
    public static string Of(string title, SectionKey file, JsonObject? definitions = null)
    {
        var schema = file.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        if (definitions is not null)
            schema["$defs"] = definitions;
        return schema.ToJsonString(s_layout) + "\n";
    }
}
