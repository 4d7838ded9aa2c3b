using BatchEngine.Domain;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Makes sure that the files that a model names lie inside its own folder: a model comes from elsewhere, and must not say which files of this machine
/// are read.</summary>
internal static class WeightFolder
{
    /// <summary>The most files that a model may name.</summary>
    public const int MaxFiles = 4_096;

    private const string Remedy = "Save the model again with its weights in one file beside it (onnx.save_model with save_as_external_data=True).";

    /// <summary>Looks at every file.</summary>
    /// <param name="modelPath">The model's file.</param>
    /// <param name="locations">What it names, relative to its folder.</param>
    /// <exception cref="BadInputException">One is not there, or is reached by an absolute path, by '..' or through a link.</exception>
    public static void Require(string modelPath, IReadOnlyList<string> locations)
    {
        if (locations.Count > MaxFiles)
            throw new BadInputException(modelPath, $"weights in {locations.Count} files", $"at most {MaxFiles} files", Remedy);
        foreach (var location in locations)
            RequireOne(modelPath, location);
    }

    /// <summary>The full path of a file that a model names.</summary>
    public static string PathOf(string modelPath, string location) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, location);

    private static void RequireOne(string modelPath, string location)
    {
        var parts = location.Split('/');
        if (location.Length == 0 || location.Contains('\\', StringComparison.Ordinal) || location.Contains('\0', StringComparison.Ordinal)
            || Path.IsPathRooted(location) || parts.Any(p => p is ".." or ""))
        {
            throw new BadInputException(modelPath, $"weights in '{location}'", "the relative path of a file in the model's own folder, without '..'", Remedy);
        }
        var at = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        foreach (var part in parts)
        {
            at = Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is not null)
            {
                throw new BadInputException(modelPath, $"weights in '{location}', which is a link", "a file in the model's own folder",
                    "Copy the model and its weights into one folder as plain files.");
            }
        }
        if (!File.Exists(at))
        {
            throw new BadInputException(modelPath, $"a model whose weights lie in '{location}', which is not beside it", $"'{location}' in the model's folder",
                "Copy that file to where the model is; a model that was registered without it has to be registered again.");
        }
    }
}
