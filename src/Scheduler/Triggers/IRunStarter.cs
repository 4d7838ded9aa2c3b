using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Starts the run of a job at its scheduled instant and sees it through, or goes on with it when it is known already. Safe for several jobs at
/// once.</summary>
public interface IRunStarter
{
    /// <summary>Called again with the same instant after a crash, so it must find the same run.</summary>
    /// <param name="job">The job as it is now.</param>
    /// <param name="scheduledAt">The run's identity.</param>
    /// <param name="drain">Cancelled when the program ends: give the work back and return <see cref="RunOutcome.Interrupted"/>.</param>
    /// <exception cref="BadInputException">The run cannot be planned; trying the same again does not help.</exception>
    /// <exception cref="StorageFailedException">The state is not reachable for now.</exception>
    Task<RunOutcome> StartAsync(ScoringJob job, DateTimeOffset scheduledAt, CancellationToken drain);
}
