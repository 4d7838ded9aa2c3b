using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Looks up what a run needs before it is planned: footers, model, features and edges. Implementations are safe for several threads, and every call
/// may be repeated. Only <see cref="PinAsync"/> writes to the database.</summary>
public interface IRunPreparation
{
    /// <summary>Everything that the planner needs of other rooms. Reads only.</summary>
    /// <exception cref="BadInputException">Input, model or features cannot be used, with the place and the remedy.</exception>
    Task<PreparedInputs> PrepareAsync(ScoringJob job, RunId run, CancellationToken ct);

    /// <summary>Stores what later runs and the ledger must find as this run found it: the bin edges of a job's first run, and today's prices. Called before
    /// a run is recorded, never for a plan that is only shown.</summary>
    /// <returns>The inputs with what is stored now: another run may have stored its edges first, and those hold.</returns>
    /// <exception cref="StorageFailedException">The database refused.</exception>
    Task<PreparedInputs> PinAsync(ScoringJob job, PreparedInputs prepared, CancellationToken ct);

    /// <summary>What the prepared model costs a row of one core, in nanoseconds, by scoring some rows of the input; two significant digits. Not measured when
    /// there is no row. Reads only.</summary>
    /// <exception cref="BadInputException">The first rows cannot be read or scored.</exception>
    Task<Measured<double>> TimeModelAsync(PreparedInputs prepared, CancellationToken ct);

    /// <summary>Whether the prepared model only appends trees to another one; a model that cannot be read any more is another one, with the reason. Reads
    /// only.</summary>
    Task<ModelGrowth> GrowthAsync(RunPlan before, PreparedInputs prepared, CancellationToken ct);

    /// <summary>Only the input as it is now, to see on resume whether it changed. Reads only.</summary>
    /// <exception cref="BadInputException">A file is missing or damaged.</exception>
    Task<InputManifest> FreezeInputAsync(ScoringJob job, RunId run, CancellationToken ct);
}
