namespace BatchEngine.Fleet.Faults;

/// <summary>What can happen to a host or to the store.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL; started again when the fault ends.</summary>
    Killed,

    /// <summary>SIGSTOP, longer than a lease; SIGCONT when the fault ends.</summary>
    Paused,

    /// <summary>Nothing it sends reaches the database.</summary>
    NoDatabase,

    /// <summary>Nothing it sends reaches the object store.</summary>
    NoStore,

    /// <summary>It reaches neither.</summary>
    Alone,

    /// <summary>Its disk is full.</summary>
    DiskFull,

    /// <summary>The store answers every request with 503.</summary>
    StoreBusy,

    /// <summary>The store answers late.</summary>
    StoreSlow,
}
