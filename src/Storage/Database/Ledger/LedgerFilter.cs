using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>Which ledger entries are wanted; every condition that is set must hold.</summary>
/// <param name="RunId">Only of this run; null means all.</param>
/// <param name="Model">Only of this model ("name:number"); null means all.</param>
/// <param name="From">Only usage that starts at or after this instant; null means from the beginning.</param>
/// <param name="To">Only usage that starts before this instant; null means to the end.</param>
public sealed record LedgerFilter(RunId? RunId = null, string? Model = null, DateTimeOffset? From = null, DateTimeOffset? To = null);
