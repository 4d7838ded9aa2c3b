using System.Text.Json.Nodes;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>The JSON schemas of features and steps, which stand in the schema of a features file; the schema of a job refers to them.</summary>
internal static class FeatureSchemas
{
    /// <summary>A list of features, whose schema stands in the given file; empty means the same file.</summary>
    public static JsonObject List(string file) => new()
    {
        ["type"] = "array",
        ["minItems"] = 1,
        ["maxItems"] = FeatureListReader.MaxColumns,
        ["items"] = Reference($"{file}#/$defs/feature"),
    };

    /// <summary>A list of features, or the path of a file with one.</summary>
    public static JsonObject ListOrFile(string file) =>
        new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string", ["minLength"] = 1 }, List(file)) };

    /// <summary>One step, or a list of steps.</summary>
    public static JsonObject Steps() => new()
    {
        ["oneOf"] = new JsonArray(
            Reference("#/$defs/step"),
            new JsonObject { ["type"] = "array", ["items"] = Reference("#/$defs/step") }),
    };

    /// <summary>What the references lead to: a feature, and a step.</summary>
    public static JsonObject Definitions() => new()
    {
        ["feature"] = new JsonObject
        {
            ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string", ["minLength"] = 1 }, FeatureKeys.Feature.Schema()),
        },
        ["step"] = new JsonObject { ["oneOf"] = new JsonArray([.. FeatureSteps.All.Select(s => (JsonNode)s.Schema())]) },
    };

    private static JsonObject Reference(string to) => new() { ["$ref"] = to };
}
