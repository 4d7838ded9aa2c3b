using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Units;

/// <summary>Which columns a scoring reads. Pure.</summary>
internal static class ReadColumns
{
    /// <summary>The features' sources, the key and the carried columns, each once.</summary>
    /// <exception cref="BadInputException">A column is not in the manifest.</exception>
    public static IReadOnlyList<InputColumn> Of(CompiledFeatures features, string? keyColumn, IReadOnlyList<string> carried, InputManifest manifest)
    {
        var columns = features.Sources.ToList();
        var read = columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var byName = manifest.Columns.DistinctBy(c => c.Name, StringComparer.Ordinal).ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (var name in (keyColumn is null ? [] : new[] { keyColumn }).Concat(carried))
        {
            if (read.Add(name))
                columns.Add(byName.GetValueOrDefault(name) ?? throw InputProblems.ColumnMissing("key and carried columns", name, manifest.Columns));
        }
        return columns;
    }

    /// <summary>The indexes of columns that are there, in the order of the names.</summary>
    public static IReadOnlyList<int> IndexesOf(IReadOnlyList<InputColumn> columns, IReadOnlyList<string> names)
    {
        var indexes = columns.Select((c, i) => (c.Name, i)).ToDictionary(c => c.Name, c => c.i, StringComparer.Ordinal);
        return [.. names.Select(n => indexes[n])];
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
