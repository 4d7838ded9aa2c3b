using BatchEngine.Domain;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Units;

/// <summary>Which columns a scoring reads. Pure.</summary>
internal static class ReadColumns
{
    /// <summary>The features' sources, then the key and the carried columns, each once. A column whose stored values are not what features read of it is there
    /// once more, as it is read for the key or to be copied.</summary>
    /// <exception cref="BadInputException">A column is not in the manifest, or cannot be a key.</exception>
    public static IReadOnlyList<InputColumn> Of(CompiledFeatures features, string? keyColumn, IReadOnlyList<string> carried, InputManifest manifest)
    {
        var columns = features.Sources.ToList();
        if (keyColumn is not null)
            Add(columns, Find(manifest, keyColumn).AsKey($"key column '{keyColumn}'"));
        foreach (var name in carried)
            Add(columns, Find(manifest, name).AsCarried());
        return columns;
    }

    /// <summary>The index of the key among the columns that are read; -1 means there is none.</summary>
    public static int KeyIndex(IReadOnlyList<InputColumn> columns, string? name) => IndexOf(columns, name, ColumnUse.Key);

    /// <summary>The index of a carried column among the columns that are read.</summary>
    public static int CarriedIndex(IReadOnlyList<InputColumn> columns, string name) => IndexOf(columns, name, ColumnUse.Carried);

    private static void Add(List<InputColumn> columns, InputColumn column)
    {
        if (!columns.Any(c => c.Name == column.Name && c.Use == column.Use))
            columns.Add(column);
    }

    private static InputColumn Find(InputManifest manifest, string name) => manifest.Columns.FirstOrDefault(c => c.Name == name)
        ?? throw new BadInputException($"column '{name}'", "no such column", $"one of {string.Join(", ", manifest.Columns.Select(c => c.Name))}",
            "Correct the key or carried columns.");

    private static int IndexOf(IReadOnlyList<InputColumn> columns, string? name, ColumnUse use)
    {
        var shared = -1;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name != name)
                continue;
            if (columns[i].Use == use)
                return i;
            if (columns[i].Use == ColumnUse.Feature)
                shared = i;
        }
        return shared;
    }
}
