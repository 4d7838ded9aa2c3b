using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Host.Adapters;

/// <summary>How large a job's units are, and how many workers they leave room for under the configured memory ceiling. Thread-safe.</summary>
/// <param name="ceiling">Of each process that scores; null means none.</param>
/// <param name="configuredWorkers">Workers when the job does not say; 0 means one per core.</param>
internal sealed class JobMemory(MemoryCeiling? ceiling, int configuredWorkers)
{
    /// <summary>Workers and rows of a unit; null means that there is no ceiling, or nothing to score.</summary>
    /// <exception cref="BadInputException">Not even one worker with the smallest units fits.</exception>
    public MemoryPlan.Fits? Plan(ScoringJob job, InputManifest manifest, FeatureSpec features, LoadedModel model, string modelPath, int keptSums)
    {
        if (ceiling is null || manifest.Rows == 0)
            return null;
        var need = ScoringMemory.Of(manifest, features, model, new FileInfo(modelPath).Length, job.KeyColumn, job.CarriedColumns, writesRunFiles: true,
            keptSums);
        return ceiling.Plan(need, WorkersOfAProcess(job), MaxUnitRows(job, features));
    }

    /// <summary>The most rows of a unit: by the width of the input when the job leaves it at the default.</summary>
    public static int MaxUnitRows(ScoringJob job, FeatureSpec features) => job.UnitRows != ScoringJob.DefaultUnitRows ? job.UnitRows
        : UnitSizing.RowsFor(features.SourceColumns.Append(job.KeyColumn).Concat(job.CarriedColumns).Distinct(StringComparer.Ordinal).Count());

    private int WorkersOfAProcess(ScoringJob job) => job.WorkerMode == WorkerMode.ChildProcess ? 1
        : job.Workers > 0 ? job.Workers
        : configuredWorkers > 0 ? configuredWorkers
        : Environment.ProcessorCount;
}
