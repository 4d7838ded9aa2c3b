namespace BatchEngine.CostModel.Ledger;

/// <summary>What the proof of the ledger found.</summary>
/// <param name="Usages">Usage records looked at.</param>
/// <param name="Proved">Of those, how many are posted once, for their time, at their price.</param>
/// <param name="Former">How many were metered by earlier versions, which did not say whose prices count: their time is proved, not their amounts.</param>
/// <param name="Open">Processes that live: their time since the last write is not usage yet.</param>
/// <param name="Ledger">The sum of the ledger.</param>
/// <param name="Differences">What is not proved, each named.</param>
public sealed record LedgerVerdict(int Usages, int Proved, int Former, int Open, Spend Ledger, IReadOnlyList<LedgerDifference> Differences)
{
    /// <summary>Whether something is wrong.</summary>
    public bool IsWrong => Differences.Any(d => !d.IsMissingPrice);
}
