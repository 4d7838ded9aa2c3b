using System.Globalization;

namespace BatchEngine.Scorer.Execution;

/// <summary>What the answers of a model do not tell by themselves, in sentences for a person. The answers stay those of ONNX Runtime.</summary>
/// <param name="Scores">Where ONNX Runtime departs from the specification of an operator, with what the specification would give.</param>
/// <param name="Labels">The same of labels; told only where a label is seen to be another than the class of the largest probability.</param>
public sealed record ModelCaveats(IReadOnlyList<string> Scores, IReadOnlyList<string> Labels)
{
    /// <summary>Nothing to tell.</summary>
    public static ModelCaveats None { get; } = new([], []);

    /// <summary>All that is to be told.</summary>
    /// <param name="beside">Rows whose label is not the class of the largest probability.</param>
    /// <param name="rows">Of these.</param>
    /// <param name="kind">What rows these are: "rows", "made-up rows".</param>
    public IReadOnlyList<string> All(long beside, long rows, string kind)
    {
        if (beside == 0)
            return Scores;
        var label = string.Create(CultureInfo.InvariantCulture,
            $"In {beside:N0} of {rows:N0} {kind} the label is not the class of the largest probability; the confidence is that of the label");
        return [.. Scores, Labels.Count == 0 ? $"{label}." : $"{label}. {string.Join(" ", Labels)}"];
    }
}
