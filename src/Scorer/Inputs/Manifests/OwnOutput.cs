using System.Text.Json;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Knows the outputs of this program again when they lie inside an input: reading them would score yesterday's rows once more.</summary>
internal static class OwnOutput
{
    /// <summary>The file that names the others of an output.</summary>
    public const string ManifestName = "_manifest.json";

    /// <summary>The end of a folder's name while an output is copied into it.</summary>
    public const string PartialSuffix = ".partial";

    /// <summary>The file that stands in an output in an object store while it is written.</summary>
    public const string WritingName = "_writing.json";

    /// <summary>The largest manifest that is looked into.</summary>
    public const long MaxManifestBytes = 64 << 20;

    /// <summary>Whether the folder is an output, or one that is being written or was left half-written.</summary>
    /// <exception cref="IOException">Its manifest cannot be read.</exception>
    public static bool IsOne(string folder)
    {
        if (folder.EndsWith(PartialSuffix, StringComparison.Ordinal))
            return true;
        var manifest = new FileInfo(Path.Combine(folder, ManifestName));
        if (!manifest.Exists || manifest.Length > MaxManifestBytes)
            return false;
        using var content = manifest.OpenRead();
        return IsManifest(content);
    }

    /// <summary>Whether a file of that name may be the manifest of an output.</summary>
    public static bool IsManifestName(string name) => name is ManifestName or WritingName;

    /// <summary>Whether the content is that of a manifest of ours.</summary>
    /// <remarks>Other programs write files of this name too (table formats do): ours says what was read and lists what was written.</remarks>
    public static bool IsManifest(Stream content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("run", out _)
                && json.RootElement.TryGetProperty("inputDigest", out _) && json.RootElement.TryGetProperty("files", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
