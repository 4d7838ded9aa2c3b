using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Refuses files of tables that keep a log of which files count: read without it, rows that were deleted or replaced would come back. Not
/// thread-safe.</summary>
internal sealed class LoggedTable
{
    /// <summary>The tables by their systems, each with its log.</summary>
    public const string Delta = "Delta Lake (_delta_log)";
    public const string Hudi = "Hudi (.hoodie)";
    public const string Iceberg = "Iceberg (metadata/)";

    private readonly HashSet<string> _looked = new(StringComparer.Ordinal);

    /// <summary>Looks at every folder above the file, each once over all calls.</summary>
    /// <exception cref="BadInputException">One of them is such a table.</exception>
    public void Refuse(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null && _looked.Add(folder); folder = Path.GetDirectoryName(folder))
        {
            if (Kind(folder) is { } kind)
                throw Refused(folder, kind);
        }
    }

    /// <summary>The refusal of a table.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="kind">One of the kinds above.</param>
    public static BadInputException Refused(string folder, string kind) => new(folder, $"a table of {kind}", "plain Parquet files",
        $"Which of its files count says its log, which is not read here: files that were deleted or replaced would be scored. Export the rows with "
        + $"{kind[..kind.IndexOf(" (", StringComparison.Ordinal)]} into a folder of their own, and name that.");

    private static string? Kind(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, "_delta_log")))
            return Delta;
        if (Directory.Exists(Path.Combine(folder, ".hoodie")))
            return Hudi;
        var metadata = Path.Combine(folder, "metadata");
        return Directory.Exists(metadata) && Directory.EnumerateFiles(metadata, "*.metadata.json",
            new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None }).Any() ? Iceberg : null;
    }
}
