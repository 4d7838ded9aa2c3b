using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scheduler.Runs;

/// <summary>How this process leads runs.</summary>
/// <param name="Holder">A name that no other process has at this time.</param>
/// <param name="Leases">How leases and the lead are held.</param>
/// <param name="InProcess">Workers of jobs whose worker mode is <see cref="WorkerMode.InProcess"/>.</param>
/// <param name="ChildProcesses">Workers of jobs whose worker mode is <see cref="WorkerMode.ChildProcess"/>; null means that such jobs are refused.</param>
public sealed record RunSettings(string Holder, LeasePolicy Leases, IWorkerFleet InProcess, IWorkerFleet? ChildProcesses)
{
    /// <summary>How long to wait for the lead of a run before it is left to the other process. Default zero. A little over the lease's life lets a restart go
    /// on at once where a killed process stopped.</summary>
    public TimeSpan LeadWait { get; init; } = TimeSpan.Zero;

    /// <summary>Whether runs are scored by workers of this process, as their jobs say; false leaves all of them to workers elsewhere. Default true.</summary>
    public bool HasOwnWorkers { get; init; } = true;

    /// <summary>Whether a run that is found failed is tried again. Default it is: somebody asks for it. A schedule does not: the night has ended.</summary>
    public bool ReopensFailed { get; init; } = true;

    /// <summary>What is done with a run that has ended well or is held back, while this process leads it, so that no other does the same beside it. May be
    /// called
    /// again. Default null: nothing.</summary>
    public Func<RunRecord, CancellationToken, Task>? AtEnd { get; init; }

    /// <summary>What the coordinator's process runs on, for its own usage. Default: this machine.</summary>
    public Offering Offering { get; init; } = Offering.Local;

    /// <summary>Tells which processes have ended, so that nobody waits for their leads. Default null: only time ends a lead.</summary>
    public IProcesses? Processes { get; init; }

    /// <summary>Blobs that no row names and that are older than this are removed at the end of a run; null means they are left alone. Default
    /// <see cref="BlobSweeper.DefaultGrace"/>.</summary>
    public TimeSpan? SweepGrace { get; init; } = BlobSweeper.DefaultGrace;

    /// <summary>Partitions sealed by this process at the same time. Default one per core; 0 leaves all of them to workers elsewhere. Each takes the
    /// memory of one partition's rows.</summary>
    public int MaxSealers { get; init; } = Environment.ProcessorCount;
}
