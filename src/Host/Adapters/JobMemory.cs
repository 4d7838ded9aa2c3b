using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Host.Adapters;

/// <summary>How large a job's units are, and how many workers they leave room for under the configured memory ceiling.</summary>
/// <param name="ceiling">Of each process that scores; null means none.</param>
/// <param name="configuredWorkers">Workers when the job does not say; 0 means one per core.</param>
/// <param name="files">Where input files are.</param>
internal sealed class JobMemory(MemoryCeiling? ceiling, int configuredWorkers, InputFiles files)
{
    /// <summary>Row groups that planning may read at once; one under a ceiling, because each holds pages of its own.</summary>
    public int ReadersAtOnce => ceiling is null ? Environment.ProcessorCount : 1;

    /// <summary>The most rows of a unit, and the most workers of a run; without a ceiling as many as the machine allows.</summary>
    /// <exception cref="BadInputException">Not even one worker with the smallest units fits.</exception>
    public (int UnitRows, int Workers) MostOf(ScoringJob job, InputManifest manifest, FeatureSpec features, LoadedModel model, string modelPath, int keptSums)
    {
        var unitRows = job.UnitRows != ScoringJob.DefaultUnitRows ? job.UnitRows : UnitSizing.RowsFor(JobNeeds.Columns(job, features).Count);
        if (ceiling is null || manifest.Rows == 0)
            return (unitRows, int.MaxValue);
        var need = ScoringMemory.Of(manifest, features, model, ModelContent.Of(modelPath).Bytes, job.KeyColumn, job.CarriedColumns, writesRunFiles: true,
            keptSums, files);
        var fits = ceiling.Fit(need, JobNeeds.WorkersPerProcess(job, configuredWorkers, Environment.ProcessorCount), unitRows);
        return (fits.UnitRows, job.WorkerMode != WorkerMode.InProcess ? int.MaxValue : fits.Workers);
    }
}
