using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Scorer.Sharding;

/// <summary>The snapshot whose unchanged predictions a worker copies, or goes on from.</summary>
/// <param name="Snapshot">Held open by the caller.</param>
/// <param name="SparedNanoseconds">What a row is spared, in nanoseconds, for weighing scoring against copying: the model's cost, or that of its first trees.
/// 0: nothing is worth a copy.</param>
/// <param name="Trees">Trees of the model that are in the base's sums; 0 means that the base has the same model, and its predictions are copied.</param>
/// <param name="FingerprintSeed">The seed of the base's fingerprints.</param>
internal sealed record ScoringBase(SnapshotReader Snapshot, double SparedNanoseconds, int Trees, ulong FingerprintSeed);
