namespace BatchEngine.Scheduler.Leasing;

/// <summary>Which processes hold leases, as far as this machine can tell. Safe for several threads.</summary>
public interface IProcesses
{
    /// <summary>This process, in words that no other process ever has; null means that the system does not tell.</summary>
    string? Own { get; }

    /// <summary>Whether the process is proven to have ended. Anything that cannot be told (another machine, another container, a name in an unknown form) is
    /// no: then only time ends its leases.</summary>
    bool HasEnded(string process);
}
