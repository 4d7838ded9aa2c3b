using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Router.Lookup;

/// <summary>What one serving name answers from now.</summary>
/// <param name="Contract">What applications may expect.</param>
/// <param name="Reader">The current snapshot, in memory and verified; null means none is published, or none could be opened.</param>
/// <param name="HasUnopened">Whether a snapshot is published and cannot be opened.</param>
public sealed record ServedName(ServingContract Contract, SnapshotReader? Reader, bool HasUnopened = false)
{
    /// <summary>Why there is no snapshot to answer from, in a sentence for callers.</summary>
    public string WhyNone => HasUnopened ? $"The snapshot of '{Contract.Name}' cannot be opened; the engine's log and `batchengine doctor` say why."
        : $"Nothing is published under '{Contract.Name}' yet.";
}
