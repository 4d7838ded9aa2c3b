using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Looks up what a run needs before it is planned: footers, model, features, edges, speed. Implementations are safe for several threads and write
/// nothing, so a call can be repeated.</summary>
public interface IRunPreparation
{
    /// <summary>Everything the planner needs.</summary>
    /// <exception cref="BadInputException">Input, model or features cannot be used, with the place and the remedy.</exception>
    Task<PreparedInputs> PrepareAsync(ScoringJob job, RunId run, CancellationToken ct);

    /// <summary>What the prepared model costs a row of one core, in nanoseconds, by scoring some rows of the input; two significant digits. Not measured when
    /// there is no row.</summary>
    /// <exception cref="BadInputException">The first rows cannot be read or scored.</exception>
    Task<Measured<double>> TimeModelAsync(PreparedInputs prepared, CancellationToken ct);

    /// <summary>Whether the prepared model only appends trees to another one; a model that cannot be read any more is another one, with the reason.</summary>
    Task<ModelGrowth> GrowthAsync(RunPlan before, PreparedInputs prepared, CancellationToken ct);

    /// <summary>Only the input as it is now, to see on resume whether it changed.</summary>
    /// <exception cref="BadInputException">A file is missing or damaged.</exception>
    Task<InputManifest> FreezeInputAsync(ScoringJob job, RunId run, CancellationToken ct);
}
