using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>Look-ups answered under a serving name from one source.</summary>
/// <param name="ServingName">The name that applications asked.</param>
/// <param name="Source">Where the answers came from.</param>
/// <param name="Count">Answers of that kind.</param>
public sealed record ServedCount(string ServingName, AnswerSource Source, long Count)
{
    /// <summary>Whether the application got a prediction.</summary>
    public bool IsServed => Source != AnswerSource.Refused;
}
