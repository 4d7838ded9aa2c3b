using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Features;

/// <summary>One step of one feature, and the errors that name it. Immutable, so thread-safe.</summary>
internal sealed record StepPlace(FeatureColumn Feature, int Index)
{
    /// <summary>The step.</summary>
    public FeatureTransform Step => Feature.Steps[Index];

    /// <summary>Counted from 1.</summary>
    public int Number => Index + 1;

    /// <summary>Steps of the feature.</summary>
    public int Count => Feature.Steps.Count;

    public bool IsLast => Number == Count;

    public void Need(bool holds, FormattableString seen, string expected, string remedy)
    {
        if (!holds)
            throw Bad(seen.ToString(CultureInfo.InvariantCulture), expected, remedy);
    }

    public void NeedFinite(double value, string what) => Need(double.IsFinite(value), $"{value} as {what}", "a finite number", "Mend the number.");

    public BadInputException Bad(string seen, string expected, string remedy) =>
        new($"feature '{Feature.Name}', step {Number} ({Step.Words()})", seen, expected, remedy);
}
