using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Reads a list of features: a name takes a column as it is; a section names its source and steps.</summary>
internal static class FeatureListReader
{
    /// <summary>The most features in a list.</summary>
    public const int MaxColumns = 10_000;

    /// <summary>Reads the list; problems are recorded, features without any come back.</summary>
    public static FeatureSpec Read(YamlNode.Sequence list, string path, ConfigProblems problems)
    {
        var columns = new List<FeatureColumn>();
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        if (list.Items.Count is 0 or > MaxColumns)
            problems.Add(list, path, list.Describe(), $"1 to {MaxColumns} features", "List the columns that the model reads, in its order.");
        foreach (var item in list.Items)
        {
            if (ReadColumn(item, path, problems) is not { } column)
                continue;
            foreach (var name in column.FeatureNames.Where(n => !firstLines.TryAdd(n, item.Line)))
                problems.Add(item, path, $"feature '{name}' a second time", $"each feature once (it is on line {firstLines[name]} too)",
                    "Give one of them another 'name'.");
            columns.Add(column);
        }
        return new FeatureSpec(columns);
    }

    private static FeatureColumn? ReadColumn(YamlNode item, string path, ConfigProblems problems)
    {
        switch (item)
        {
            case YamlNode.Scalar { IsNull: false } name:
                return FeatureColumn.AsIs(name.Text);
            case YamlNode.Mapping mapping:
                var reader = new SectionReader(FeatureKeys.Feature, mapping, path + "[]", problems);
                var given = reader.ReadOrNull(FeatureKeys.Name);
                var source = reader.ReadOrNull(FeatureKeys.Source);
                var steps = ReadSteps(reader);
                return given is null && source is null ? null : new FeatureColumn(given ?? source!, source ?? given!, steps);
            default:
                problems.Add(item, path, item.Describe(), "a column's name, or name, source and steps",
                    "Write '- age' or '- { name: age_log, source: age, steps: [log1p] }'.");
                return null;
        }
    }

    private static List<FeatureTransform> ReadSteps(SectionReader reader)
    {
        var steps = new List<FeatureTransform>();
        if (reader.Find(FeatureKeys.Steps) is not { } node)
            return steps;
        var items = node is YamlNode.Sequence list ? list.Items : [node];
        for (var index = 0; index < items.Count; index++)
        {
            if (FeatureStepReader.Read(items[index], reader.PathOf(FeatureKeys.Steps.Name), reader.Problems) is not { } step)
                continue;
            if (step.MustBeLast() && index < items.Count - 1)
                reader.Wrong(FeatureKeys.Steps, items[index], $"{WordOf(items[index])} as the last step", "Move it to the end of the list.");
            steps.Add(step);
        }
        return steps;
    }

    private static string WordOf(YamlNode step) => step is YamlNode.Mapping { Entries: [var (key, _)] } ? key.Text : step.Describe();
}
