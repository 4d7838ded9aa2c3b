using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>A stored snapshot and whether look-ups see it.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="IsCurrent">Whether it is the one that is served.</param>
/// <param name="PublishedAt">When it last became current; null means never.</param>
public sealed record SnapshotListing(SnapshotInfo Snapshot, bool IsCurrent, DateTimeOffset? PublishedAt);
