namespace BatchEngine.CostModel.Ledger;

/// <summary>One place in which the ledger is not usage times price.</summary>
/// <param name="Usage">The usage.</param>
/// <param name="IsMissingPrice">Whether it is only that no price is known: nothing is wrong, and nothing is proved.</param>
/// <param name="What">What differs, with both sides.</param>
public sealed record LedgerDifference(string Usage, bool IsMissingPrice, string What);
