using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Host.Adapters;

/// <summary>Whether this machine can work on a plan that another made: a worker that cannot must leave the run to others, not fail it. Thread-safe.</summary>
/// <param name="models">Loads the plan's model, which the work then finds loaded.</param>
/// <param name="locator">Finds the model's file.</param>
/// <param name="files">Where input files are.</param>
/// <param name="ceiling">Of this process; null means none.</param>
/// <param name="workers">How many workers share it.</param>
internal sealed class PlanReach(LoadedModels models, ModelLocator locator, InputFiles files, MemoryCeiling? ceiling, int workers)
{
    /// <summary>What is missing, and what to do; null means that nothing is.</summary>
    public async Task<string?> ProblemOfAsync(RunPlan plan, CancellationToken ct)
    {
        try
        {
            // A folder that is not mounted lacks the first file and the last; to ask for ten thousand takes long.
            IReadOnlyList<InputFile> asked = plan.RowsToRead == 0 ? [] : [plan.Manifest.Files[0], plan.Manifest.Files[^1]];
            if (asked.FirstOrDefault(f => IsMissing(f.Path)) is { } file)
                return $"its input {file.Path} is not on this machine. Mount the folder under the same path, or let workers read it from an object store.";
            var model = await models.GetAsync(plan, ct).ConfigureAwait(false);
            return WhyOtherBits(plan, model) ?? await WhyTooLargeAsync(plan, model, ct).ConfigureAwait(false);
        }
        catch (BadInputException problem)
        {
            return problem.Message;
        }
    }

    private static bool IsMissing(string path) => !ObjectUri.IsOne(path) && !File.Exists(path);

    // Predictions of one run must not depend on who made them.
    private static string? WhyOtherBits(RunPlan plan, LoadedModel model) =>
        plan.Arithmetic.Length == 0 || plan.Arithmetic == model.Arithmetic
            || plan.Arithmetic.StartsWith($"{model.Arithmetic} in units of ", StringComparison.Ordinal)
            ? null
            : $"its model runs here as '{model.Arithmetic}', and the run was planned as '{plan.Arithmetic}', which may round differently. "
                + "Use the program and the execution.device that the run was planned with.";

    // The plan's units are what every worker scores, so they are not cut smaller here.
    private async Task<string?> WhyTooLargeAsync(RunPlan plan, LoadedModel model, CancellationToken ct)
    {
        if (ceiling is null || plan.RowsToRead == 0)
            return null;
        var path = await locator.PathOfAsync(plan.Model, plan.ModelArtifact, ct).ConfigureAwait(false);
        var need = ScoringMemory.Of(plan.Manifest, plan.Features, model, ModelContent.Of(path).Bytes, plan.Job.KeyColumn, plan.Job.CarriedColumns,
            writesRunFiles: true, plan.KeptSums, files);
        var fits = ceiling.Fit(need, workers, plan.UnitRows);
        return fits.UnitRows >= plan.UnitRows && fits.Workers >= workers ? null
            : string.Create(CultureInfo.InvariantCulture, $"its units of {plan.UnitRows:N0} rows do not fit under memory.limit here with {workers} workers. ")
                + "Raise the limit, use fewer --workers, or give the coordinator the same limit, so that the run is planned with smaller units.";
    }
}
