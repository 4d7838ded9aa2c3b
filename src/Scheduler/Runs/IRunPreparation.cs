using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Looks up what a run needs before it is planned: footers, model, features, edges, speed. Implementations are safe for several threads and write nothing, so a call can be repeated.</summary>
public interface IRunPreparation
{
    /// <summary>Everything the planner needs.</summary>
    /// <exception cref="BadInputException">Input, model or features cannot be used, with the place and the remedy.</exception>
    Task<PreparedInputs> PrepareAsync(ScoringJob job, RunId run, CancellationToken ct);

    /// <summary>Only the input as it is now, to see on resume whether it changed.</summary>
    /// <exception cref="BadInputException">A file is missing or damaged.</exception>
    Task<InputManifest> FreezeInputAsync(ScoringJob job, RunId run, CancellationToken ct);
}
