using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Refuses files of tables that keep a log of which files count: read without it, rows that were deleted or replaced would come back. Not
/// thread-safe.</summary>
internal sealed class LoggedTable
{
    private readonly HashSet<string> _looked = new(StringComparer.Ordinal);

    /// <summary>Looks at every folder above the file, each once over all calls.</summary>
    /// <exception cref="BadInputException">One of them is such a table.</exception>
    public void Refuse(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null && _looked.Add(folder); folder = Path.GetDirectoryName(folder))
        {
            if (Kind(folder) is not { } kind)
                continue;
            throw new BadInputException(folder, $"a table of {kind.System} ({kind.Log})", "plain Parquet files",
                $"Which of its files count says its log, which is not read here: files that were deleted or replaced would be scored. Export the rows with "
                + $"{kind.System} into a folder of their own, and name that.");
        }
    }

    private static (string System, string Log)? Kind(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, "_delta_log")))
            return ("Delta Lake", "_delta_log");
        if (Directory.Exists(Path.Combine(folder, ".hoodie")))
            return ("Hudi", ".hoodie");
        var metadata = Path.Combine(folder, "metadata");
        return Directory.Exists(metadata) && Directory.EnumerateFiles(metadata, "*.metadata.json",
            new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None }).Any() ? ("Iceberg", "metadata/") : null;
    }
}
