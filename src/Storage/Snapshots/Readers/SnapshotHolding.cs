namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>How the segments of an open snapshot are held.</summary>
public enum SnapshotHolding
{
    /// <summary>Copied into memory of this process and verified there: what becomes of the files afterwards is neither seen nor served.</summary>
    Copied,

    /// <summary>Mapped: no memory of its own, and shared by all processes that map it. A file that becomes shorter ends the process, so only for workers,
    /// whose end is recovered from.</summary>
    Mapped,
}
