using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>Look-ups of a serving name that were answered from one source.</summary>
/// <param name="ServingName">The name that was asked.</param>
/// <param name="Source">Where the answers came from.</param>
/// <param name="Count">Answers of that kind.</param>
/// <param name="IsDiagnostic">Whether a person asked to see what would be answered, and no application.</param>
public sealed record ServedCount(string ServingName, AnswerSource Source, long Count, bool IsDiagnostic = false);
