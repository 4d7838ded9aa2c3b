using BatchEngine.Domain;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Units;

/// <summary>Which columns a scoring reads. Pure.</summary>
internal static class ReadColumns
{
    /// <summary>The features' sources, the key and the carried columns, each once.</summary>
    /// <exception cref="BadInputException">A column is not in the manifest.</exception>
    public static IReadOnlyList<InputColumn> Of(CompiledFeatures features, string? keyColumn, IReadOnlyList<string> carried, InputManifest manifest)
    {
        var columns = features.Sources.ToList();
        foreach (var name in (keyColumn is null ? [] : new[] { keyColumn }).Concat(carried))
        {
            if (columns.Any(c => c.Name == name))
                continue;
            columns.Add(manifest.Columns.FirstOrDefault(c => c.Name == name) ?? throw new BadInputException($"column '{name}'", "no such column",
                $"one of {string.Join(", ", manifest.Columns.Select(c => c.Name))}", "Correct the key or carried columns."));
        }
        return columns;
    }

    /// <summary>The index of a column; -1 means there is none of that name, or no name.</summary>
    public static int IndexOf(IReadOnlyList<InputColumn> columns, string? name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name == name)
                return i;
        }
        return -1;
    }
}
