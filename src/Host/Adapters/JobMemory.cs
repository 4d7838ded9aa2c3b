using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Memory;

namespace BatchEngine.Host.Adapters;

/// <summary>How a job fits under the configured memory ceiling. Thread-safe.</summary>
/// <param name="ceiling">Of each process that scores; null means none.</param>
/// <param name="configuredWorkers">Workers when the job does not say; 0 means one per core.</param>
internal sealed class JobMemory(MemoryCeiling? ceiling, int configuredWorkers)
{
    /// <summary>Workers and rows of a unit; null means that there is no ceiling, or nothing to score.</summary>
    /// <exception cref="BadInputException">Not even one worker with the smallest units fits.</exception>
    public MemoryPlan.Fits? Plan(ScoringJob job, InputManifest manifest, FeatureSpec features, LoadedModel model, string modelPath)
    {
        if (ceiling is null || manifest.Rows == 0)
            return null;
        var need = ScoringMemory.Of(manifest, features, model, new FileInfo(modelPath).Length, job.KeyColumn, job.CarriedColumns, writesRunFiles: true);
        return ceiling.Plan(need, WorkersOfAProcess(job), job.UnitRows);
    }

    private int WorkersOfAProcess(ScoringJob job) => job.WorkerMode == WorkerMode.ChildProcess ? 1
        : job.Workers > 0 ? job.Workers
        : configuredWorkers > 0 ? configuredWorkers
        : Environment.ProcessorCount;
}
