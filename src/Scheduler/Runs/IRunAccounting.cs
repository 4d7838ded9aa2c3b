using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Turns a run's usage into ledger entries. Must be idempotent: it is called again when the process died in between.</summary>
public interface IRunAccounting
{
    /// <summary>Posts whatever usage of the run is not in the ledger yet.</summary>
    Task CloseAsync(RunId run, CancellationToken ct);

    /// <summary>What the run has spent until now, its time that is not over included; not measured when none of it has a price.</summary>
    Task<Measured<Money>> SpentAsync(RunId run, CancellationToken ct);
}
