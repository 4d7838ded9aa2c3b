using BatchEngine.Domain;

namespace BatchEngine.Router.Lookup;

/// <summary>What is published under one serving name now.</summary>
/// <param name="Contract">What applications may expect.</param>
/// <param name="Snapshot">The current snapshot; null means that none is published.</param>
public sealed record PublishedName(ServingContract Contract, SnapshotInfo? Snapshot);
