using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Starts a run's workers and waits until the last has ended: tasks of this process, or processes of their own. Safe for several runs at
/// once.</summary>
public interface IWorkerFleet
{
    /// <summary>Runs the workers. Returns when each has ended; whether the run is complete is read from its receipts, not from here. Calling again after an
    /// interruption goes on where the receipts end.</summary>
    /// <param name="plan">The run's plan; it says how many workers and on what.</param>
    /// <param name="board">Where rows and signs of life are noted.</param>
    /// <param name="drain">Asks every worker to finish its unit and leave.</param>
    /// <param name="ct">Stops every worker at once.</param>
    Task RunAsync(RunPlan plan, ProgressBoard board, CancellationToken drain, CancellationToken ct);
}
