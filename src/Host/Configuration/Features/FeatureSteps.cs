using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>Every step of a feature. A new one is described here; see the recipe in CONTRIBUTING.md.</summary>
internal static class FeatureSteps
{
    /// <summary>The most buckets of hashBucket: every bucket number is exact in float32.</summary>
    public const int MaxBuckets = 1 << 24;

    private static readonly Key<double> s_min = new("min", NumberType.Any, "The least value left as it is.") { IsRequired = true };
    private static readonly Key<double> s_max = new("max", NumberType.Any, "The largest value left as it is.") { IsRequired = true };
    private static readonly Key<double> s_mean = new("mean", NumberType.Any, "What is taken away.") { IsRequired = true };
    private static readonly Key<double> s_deviation = new("deviation", NumberType.Positive, "What is divided by.") { IsRequired = true };
    private static readonly Key<IReadOnlyDictionary<string, double>> s_values =
        new("values", CategoryNumbersType.Any, "The number of each category.") { IsRequired = true };
    private static readonly Key<double> s_unseen = new("unseen", NumberType.Any, "The number of a missing or unknown category.", -1);
    private static readonly Key<int> s_buckets = new("buckets", new WholeNumberType<int>(2, MaxBuckets), "How many buckets there are.") { IsRequired = true };
    private static readonly Key<long> s_seed = new("seed", new WholeNumberType<long>(long.MinValue, long.MaxValue), "Another seed, other buckets.", 0);

    /// <summary>The steps, in the order of the documents.</summary>
    public static IReadOnlyList<StepDescription> All { get; } =
    [
        new ValueStep<double?>("impute", "impute: mean",
            "The constant (`impute: 0`), or the column's mean (as the steps before leave it), where the value is missing. The mean is over all rows of "
            + "the input, fixed when the first run with these features is planned, and kept by those after it.",
            ImputedType.NumberOrMean, (value, _) => value is { } constant ? new FeatureTransform.ImputeConstant(constant) : new FeatureTransform.ImputeMean()),
        new ValueStep<string>("imputeText", "imputeText: unknown", "The text where it is missing; the feature stays a text, for models that read one.",
            TextType.Any, (text, _) => new FeatureTransform.ImputeText(text)),
        new SectionStep("clip", "clip: { min: 0, max: 100 }", "Values outside become the bound; missing stays missing.", [s_min, s_max], Clip),
        new SectionStep("standardise", "standardise: { mean: 3.5, deviation: 1.2 }", "(x - mean) / deviation.", [s_mean, s_deviation],
            (given, _) => new FeatureTransform.Standardise(given.Read(s_mean), given.Read(s_deviation))),
        new PlainStep("log1p", "ln(1 + x); not finite at or below -1, which rejects the row.", new FeatureTransform.Log1P()),
        new ValueStep<IReadOnlyList<double>>("bucketise", "bucketise: [30, 90, 365]", "The number of edges at or below x.", NumberListType.Any, Bucketise),
        new ValueStep<IReadOnlyList<string>>("oneHot", "oneHot: [US, DE, FR]", "One feature per category, named feature=category; last step only.",
            WordListType.Categories, (categories, _) => new FeatureTransform.OneHot(categories)),
        new SectionStep("ordinalMap", "ordinalMap: { values: { free: 0, pro: 1 }, unseen: -1 }", "The category's number; missing or unknown gives unseen.",
            [s_values, s_unseen], (given, _) => new FeatureTransform.OrdinalMap(given.Read(s_values), given.Read(s_unseen))),
        new SectionStep("hashBucket", "hashBucket: { buckets: 64, seed: 0 }", "XxHash64 of the text with the seed, modulo the buckets.", [s_buckets, s_seed],
            (given, _) => new FeatureTransform.HashBucket(given.Read(s_buckets), given.Read(s_seed))),
        new ValueStep<CalendarPart>("datePart", "datePart: dayOfWeek", "A part of a date or timestamp in UTC; dayOfWeek is 0 on Monday.",
            new ChoiceType<CalendarPart>(), (part, _) => new FeatureTransform.DatePart(part)),
        new PlainStep("missingIndicator", "1 where missing, else 0.", new FeatureTransform.MissingIndicator()),
    ];

    /// <summary>Every step's word.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. All.Select(s => s.Word)];

    private static FeatureTransform? Clip(SectionReader given, StepProblems problems)
    {
        var (min, max) = (given.Read(s_min), given.Read(s_max));
        return min <= max ? new FeatureTransform.Clip(min, max)
            : problems.Refuse(string.Create(CultureInfo.InvariantCulture, $"min {min} above max {max}"), "min at or below max", "Swap them.");
    }

    private static FeatureTransform? Bucketise(IReadOnlyList<double> edges, StepProblems problems)
    {
        for (var index = 1; index < edges.Count; index++)
        {
            if (edges[index] <= edges[index - 1])
                return problems.Refuse(string.Create(CultureInfo.InvariantCulture, $"edge {edges[index]} after {edges[index - 1]}"),
                    "strictly increasing edges", "Sort the edges and drop doubles.");
        }
        return new FeatureTransform.Bucketise(edges);
    }
}
