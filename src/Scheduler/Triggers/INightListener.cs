using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Hears what became of scheduled runs, after it is stored. Called from several threads. What it throws is trouble of the lane, which goes
/// on.</summary>
public interface INightListener
{
    /// <summary>A run ended, by whatever process.</summary>
    Task EndedAsync(RunId run, RunOutcome outcome, CancellationToken ct);

    /// <summary>A run could not start.</summary>
    /// <param name="run">The run that should have been.</param>
    /// <param name="reason">Why.</param>
    /// <param name="retryUntil">Until when it is tried again; null means that it is given up.</param>
    /// <param name="ct">Stops waiting.</param>
    Task NotStartedAsync(RunId run, string reason, DateTimeOffset? retryUntil, CancellationToken ct);

    /// <summary>The schedule of a job cannot go on for now and is tried again; told once for each cause.</summary>
    void Troubled(string job, string what);
}
