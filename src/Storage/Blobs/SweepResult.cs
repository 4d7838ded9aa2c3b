namespace BatchEngine.Storage.Blobs;

/// <summary>What a sweep found.</summary>
/// <param name="Removed">Names of the orphans that were removed.</param>
/// <param name="RemovedBytes">The length of the blobs that were removed.</param>
/// <param name="RemovedTemporaries">Leftovers of writers that never committed.</param>
/// <param name="Spared">Orphans too young to be removed.</param>
public sealed record SweepResult(IReadOnlyList<string> Removed, long RemovedBytes, int RemovedTemporaries, int Spared);
