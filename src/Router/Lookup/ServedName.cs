using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Router.Lookup;

/// <summary>What one serving name answers from now.</summary>
/// <param name="Contract">What applications may expect.</param>
/// <param name="Reader">The current snapshot, in memory and verified; null means none is published, or none could be opened.</param>
public sealed record ServedName(ServingContract Contract, SnapshotReader? Reader);
