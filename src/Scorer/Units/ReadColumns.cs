using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs.Files;

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
        var read = columns.Select(c => (c.Name, c.Use)).ToHashSet();
        var byName = manifest.Columns.DistinctBy(c => c.Name, StringComparer.Ordinal).ToDictionary(c => c.Name, StringComparer.Ordinal);
        if (keyColumn is not null)
            Add(Find(keyColumn).AsKey($"key column '{keyColumn}'"));
        foreach (var name in carried)
            Add(Find(name).AsCarried());
        return columns;

        InputColumn Find(string name) =>
            byName.GetValueOrDefault(name) ?? throw InputProblems.ColumnMissing("key and carried columns", name, manifest.Columns);

        void Add(InputColumn column)
        {
            if (read.Add((column.Name, column.Use)))
                columns.Add(column);
        }
    }

    /// <summary>The index of the key among the columns that are read; -1 means there is none.</summary>
    public static int KeyIndex(IReadOnlyList<InputColumn> columns, string? name) => name is null ? -1 : IndexesOf(columns, [name], ColumnUse.Key)[0];

    /// <summary>The indexes of the carried columns, in the order of the names.</summary>
    public static IReadOnlyList<int> CarriedIndexes(IReadOnlyList<InputColumn> columns, IReadOnlyList<string> names) =>
        IndexesOf(columns, names, ColumnUse.Carried);

    // A column that is read alike for a feature stands here as a feature.
    private static int[] IndexesOf(IReadOnlyList<InputColumn> columns, IReadOnlyList<string> names, ColumnUse use)
    {
        var indexes = columns.Select((c, i) => ((c.Name, c.Use), i)).ToDictionary(c => c.Item1, c => c.i);
        return [.. names.Select(n => indexes.TryGetValue((n, use), out var own) ? own : indexes[(n, ColumnUse.Feature)])];
    }
}
