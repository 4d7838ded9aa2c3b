using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Reads one step of a feature: a word ("log1p") or a word with its parameters ("clip: { min: 0, max: 100 }"). Stateless, thread-safe.</summary>
internal static class FeatureStepReader
{
    /// <summary>The most buckets of hashBucket: every bucket number is exact in float32.</summary>
    public const int MaxBuckets = 1 << 24;

    /// <summary>The most categories or edges of one step.</summary>
    public const int MaxValues = 100_000;

    /// <summary>Every step's word, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["impute", "clip", "standardise", "log1p", "bucketise", "oneHot", "ordinalMap", "hashBucket", "datePart", "missingIndicator"];

    /// <summary>The step; null means that a problem was recorded.</summary>
    public static FeatureTransform? Read(YamlNode node, string path, ConfigProblems problems)
    {
        switch (node)
        {
            case YamlNode.Scalar { Text: "log1p" }:
                return new FeatureTransform.Log1P();
            case YamlNode.Scalar { Text: "missingIndicator" }:
                return new FeatureTransform.MissingIndicator();
            case YamlNode.Mapping { Entries: [var (key, value)] } when Words.Contains(key.Text):
                return ReadParameters(key.Text, new StepParameters(value, $"{path}.{key.Text}", problems));
            case YamlNode.Scalar word when Words.Contains(word.Text):
                problems.Add(word, path, $"'{word.Text}' without parameters", $"{word.Text} with its parameters", $"See {word.Text} in docs/features.md.");
                return null;
            default:
                var seen = node switch { YamlNode.Scalar s => s.Text, YamlNode.Mapping { Entries: [var (only, _)] } => only.Text, _ => "" };
                var near = NearestWord.Of(seen, Words);
                problems.Add(node, path, node.Describe(), $"one step: {string.Join(", ", Words)}", near is null ? "Write one step an item."
                    : $"Did you mean '{near}'?");
                return null;
        }
    }

    private static FeatureTransform? ReadParameters(string word, StepParameters given) => word switch
    {
        "impute" => given.IsWord("mean") ? new FeatureTransform.ImputeMean() : given.Number() is { } value ? new FeatureTransform.ImputeConstant(value) : null,
        "clip" => ReadClip(given),
        "standardise" => ReadStandardise(given),
        "bucketise" => ReadBucketise(given),
        "oneHot" => given.Words("categories") is { } categories ? new FeatureTransform.OneHot(categories) : null,
        "ordinalMap" => ReadOrdinalMap(given),
        "hashBucket" => ReadHashBucket(given),
        "datePart" => given.Choice<CalendarPart>() is { } part ? new FeatureTransform.DatePart(part) : null,
        _ => given.Refuse<FeatureTransform>($"'{word}' with parameters", $"{word} alone", $"Write '- {word}'."),
    };

    private static FeatureTransform.Clip? ReadClip(StepParameters given)
    {
        var section = given.Section();
        var min = section.Number("min", null, double.MinValue, double.MaxValue);
        var max = section.Number("max", null, double.MinValue, double.MaxValue);
        section.RefuseUnknownKeys();
        if (min is null || max is null)
            return given.Refuse<FeatureTransform.Clip>("clip without min or max", "both bounds", "Write 'clip: { min: 0, max: 100 }'.");
        return min <= max ? new FeatureTransform.Clip(min.Value, max.Value)
            : given.Refuse<FeatureTransform.Clip>($"min {min} above max {max}", "min at or below max", "Swap them.");
    }

    private static FeatureTransform.Standardise? ReadStandardise(StepParameters given)
    {
        var section = given.Section();
        var mean = section.Number("mean", null, double.MinValue, double.MaxValue);
        var deviation = section.Number("deviation", null, double.Epsilon, double.MaxValue);
        section.RefuseUnknownKeys();
        return mean is not null && deviation is not null
            ? new FeatureTransform.Standardise(mean.Value, deviation.Value)
            : given.Refuse<FeatureTransform.Standardise>("standardise without mean or deviation", "both, the deviation above 0",
                "Write 'standardise: { mean: 3.5, deviation: 1.2 }'.");
    }

    private static FeatureTransform.Bucketise? ReadBucketise(StepParameters given)
    {
        if (given.Numbers() is not { } edges)
            return null;
        for (var index = 1; index < edges.Count; index++)
        {
            if (edges[index] <= edges[index - 1])
                return given.Refuse<FeatureTransform.Bucketise>($"edge {edges[index]} after {edges[index - 1]}", "strictly increasing edges",
                    "Sort the edges and drop doubles.");
        }
        return new FeatureTransform.Bucketise(edges);
    }

    private static FeatureTransform.OrdinalMap? ReadOrdinalMap(StepParameters given)
    {
        var section = given.Section();
        var unseen = section.Number("unseen", -1, double.MinValue, double.MaxValue);
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var valuesNode = section.Find("values");
        section.RefuseUnknownKeys();
        if (valuesNode is not YamlNode.Mapping { Entries.Count: > 0 and <= MaxValues } mapping)
            return given.Refuse<FeatureTransform.OrdinalMap>("ordinalMap without values", $"1 to {MaxValues} categories with their numbers",
                "Write 'ordinalMap: { values: { free: 0, pro: 1 }, unseen: -1 }'.");
        foreach (var (key, value) in mapping.Entries)
        {
            if (value is not YamlNode.Scalar scalar || !NumberText.TryParse(scalar.Text, out var number))
                return given.Refuse<FeatureTransform.OrdinalMap>($"{value.Describe()} for category '{key.Text}'", "a number", "Give each category a number.");
            values[key.Text] = number;
        }
        return new FeatureTransform.OrdinalMap(values, unseen!.Value);
    }

    private static FeatureTransform.HashBucket ReadHashBucket(StepParameters given)
    {
        var section = given.Section();
        if (section.Find("buckets") is null)
            section.Missing("buckets", $"a whole number from 2 to {MaxBuckets}");
        var buckets = section.Integer("buckets", 2, 2, MaxBuckets);
        var seed = section.Integer("seed", 0, long.MinValue, long.MaxValue);
        section.RefuseUnknownKeys();
        return new FeatureTransform.HashBucket((int)buckets, seed);
    }
}
