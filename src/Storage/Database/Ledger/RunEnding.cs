using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>How far a run came, for those who ask what its money bought.</summary>
/// <param name="State">Where it is.</param>
/// <param name="WasPublished">Whether its snapshot served at any time, by the run itself or by hand.</param>
public sealed record RunEnding(RunState State, bool WasPublished);
