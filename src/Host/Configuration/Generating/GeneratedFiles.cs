using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Prices;

namespace BatchEngine.Host.Configuration.Generating;

/// <summary>Every tracked file that is made from the descriptions of keys and steps. A developer writes them with `regenerate`; a test compares them.</summary>
internal static class GeneratedFiles
{
    /// <summary>How they are made again.</summary>
    public const string Command = "dotnet run --project src/Host -- regenerate";

    private static readonly string[] s_heading =
    [
        "The configuration of BatchEngine, every key at its default. Remove the \"# \" in front of a key to change it.",
        "The schema is config/batchengine.schema.json. Each key can be overridden by an environment variable: dataDirectory by",
        "BATCHENGINE_DATA_DIRECTORY, requests.maxRequestBytes by BATCHENGINE_REQUESTS_MAX_REQUEST_BYTES. Relative paths start at the working directory.",
    ];

    /// <summary>The files.</summary>
    public static IReadOnlyList<GeneratedFile> All { get; } =
    [
        GeneratedFile.Whole("config/job.schema.json", () => SchemaText.Of("BatchEngine job", JobKeys.File)),
        GeneratedFile.Whole("config/features.schema.json",
            () => SchemaText.Of("BatchEngine features", FeatureKeys.File, FeatureSchemas.Definitions())),
        GeneratedFile.Whole("config/batchengine.schema.json", () => SchemaText.Of("BatchEngine configuration", EngineKeys.File)),
        GeneratedFile.Whole("config/prices.schema.json", () => SchemaText.Of("BatchEngine price sheet", PriceSheetKeys.File)),
        GeneratedFile.Whole("config/batchengine.yaml", () => DefaultFileText.Of(s_heading, EngineKeys.File)),
        GeneratedFile.WithParts("docs/jobs.md",
            ("keys of a job", () => KeyTable.Of(JobKeys.File)),
            ("keys of the engine", () => KeyTable.Of(EngineKeys.File)),
            ("keys of a price sheet", () => KeyTable.Of(PriceSheetKeys.File))),
        GeneratedFile.WithParts("docs/features.md",
            ("keys of a feature", () => KeyTable.Of(FeatureKeys.Feature)),
            ("steps", () => KeyTable.OfSteps(FeatureSteps.All))),
    ];
}
