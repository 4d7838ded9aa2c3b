using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Turns a run's usage into ledger entries. Must be idempotent: it is called again when the process died in between.</summary>
public interface IRunAccounting
{
    /// <summary>Posts whatever usage of the run is not in the ledger yet.</summary>
    Task CloseAsync(RunId run, CancellationToken ct);
}
