using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>Turns "impute: mean" into the constant that it stands for. Pure.</summary>
public static class FeatureMeans
{
    /// <summary>What the means are of, each once: a source column with the steps that come before the mean.</summary>
    public static IReadOnlyList<FeatureColumn> Of(FeatureSpec asked) =>
        [.. asked.Columns.Where(c => PlaceIn(c) >= 0).Select(Before).DistinctBy(Identity)];

    /// <summary>The spec with constants instead of means.</summary>
    /// <param name="asked">As a person wrote it.</param>
    /// <param name="means">Of the columns of <see cref="Of"/>, in their order.</param>
    /// <exception cref="BadInputException">A column whose mean is asked for has no value, or a feature asks for a mean twice.</exception>
    public static FeatureSpec Fill(FeatureSpec asked, IReadOnlyList<Measured<double>> means)
    {
        var known = Of(asked).Zip(means).ToDictionary(m => Identity(m.First), m => m.Second);
        return new FeatureSpec([.. asked.Columns.Select(c => PlaceIn(c) < 0 ? c : c with { Steps = Filled(c, known[Identity(Before(c))]) })]);
    }

    /// <summary>The means that a spec was filled with, in its order.</summary>
    /// <param name="asked">As a person wrote it; null means that it had no steps.</param>
    /// <param name="filled">With constants.</param>
    public static IReadOnlyList<ImputedMean> In(FeatureSpec? asked, FeatureSpec filled) => asked is null ? [] :
        [.. asked.Columns.Where(c => PlaceIn(c) >= 0).SelectMany(c => FilledOf(c, filled).Select(f =>
            new ImputedMean(f.Name, f.Source, ((FeatureTransform.ImputeConstant)f.Steps[PlaceIn(c)]).Value)))];

    /// <summary>The means for a person: "income 2500, age 38.2 and 3 more"; empty without any.</summary>
    public static string Words(IReadOnlyList<ImputedMean> means)
    {
        const int mostShown = 5;
        var shown = string.Join(", ", means.Take(mostShown).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Feature} {m.Value:G7}")));
        return means.Count > mostShown ? string.Create(CultureInfo.InvariantCulture, $"{shown} and {means.Count - mostShown} more") : shown;
    }

    /// <summary>The content of what a mean is of: equal for equal columns and steps.</summary>
    public static Digest Identity(FeatureColumn column) => new FeatureSpec([column with { Name = "" }]).ContentHash;

    // A column of lists became a feature for each place.
    private static IEnumerable<FeatureColumn> FilledOf(FeatureColumn asked, FeatureSpec filled)
    {
        var byName = filled.Columns.DistinctBy(c => c.Name, StringComparer.Ordinal).ToDictionary(c => c.Name, StringComparer.Ordinal);
        if (byName.TryGetValue(asked.Name, out var same))
            yield return same;
        for (var i = 0; same is null && byName.TryGetValue(ListElement.NameOf(asked.Name, i), out var element); i++)
            yield return element;
    }

    private static int PlaceIn(FeatureColumn column)
    {
        for (var step = 0; step < column.Steps.Count; step++)
        {
            if (column.Steps[step] is FeatureTransform.ImputeMean)
                return step;
        }
        return -1;
    }

    private static FeatureColumn Before(FeatureColumn column) => new(column.Source, column.Source, [.. column.Steps.Take(PlaceIn(column))]);

    private static IReadOnlyList<FeatureTransform> Filled(FeatureColumn column, Measured<double> mean)
    {
        if (column.Steps.Count(s => s is FeatureTransform.ImputeMean) > 1)
            throw new BadInputException($"feature {column.Name}", "impute: mean twice", "impute: mean once",
                "After the first one nothing is missing: drop it.");
        if (!mean.TryGet(out var value))
        {
            throw new BadInputException($"feature {column.Name}", $"impute: mean, but {mean.Reason}", "values to take the mean of",
                "Give a constant: impute: 0.");
        }
        return [.. column.Steps.Select(s => s is FeatureTransform.ImputeMean ? new FeatureTransform.ImputeConstant(value) : s)];
    }
}
