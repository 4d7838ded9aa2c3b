using BatchEngine.Domain;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Runs;

/// <summary>
/// Turns "impute: mean" into a constant: the one that the job's published runs with the same features used, so that the same features mean the same every
/// night; before the first of them, the mean over the first unit of the input. Reads only.
/// </summary>
/// <param name="runs">The job's earlier runs.</param>
public sealed class PinnedFeatures(RunStore runs)
{
    /// <summary>The features without means to resolve.</summary>
    /// <param name="job">The job.</param>
    /// <param name="asked">The features as the job asks for them.</param>
    /// <param name="meansAsync">Takes the mean of each of some source columns of the input; asked at most once, and only when no earlier run tells.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="BadInputException">A column whose mean is asked for has no value.</exception>
    public async Task<FeatureSpec> ResolveAsync(ScoringJob job, FeatureSpec asked,
        Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyDictionary<string, Measured<double>>>> meansAsync, CancellationToken ct)
    {
        if (!asked.Columns.Any(NeedsMean))
            return asked;
        if (await UsedByAsync(await runs.LatestPublishedAsync(job.Name, ct).ConfigureAwait(false), asked, ct).ConfigureAwait(false) is { } latest)
            return latest;
        // The features were changed and changed back.
        if (await UsedByAsync(await runs.FirstPublishedAsync(job.Name, ct).ConfigureAwait(false), asked, ct).ConfigureAwait(false) is { } first)
            return first;
        var means = await meansAsync([.. asked.Columns.Where(NeedsMean).Select(c => c.Source).Distinct(StringComparer.Ordinal)], ct).ConfigureAwait(false);
        return new FeatureSpec([.. asked.Columns.Select(c =>
            c with { Steps = [.. c.Steps.Select(s => s is FeatureTransform.ImputeMean ? new FeatureTransform.ImputeConstant(MeanOf(means, c)) : s)] })]);
    }

    // The constants of a run that was asked for the same features; null means that there is no such run.
    private async Task<FeatureSpec?> UsedByAsync(RunId? run, FeatureSpec asked, CancellationToken ct) =>
        run is { } known && await runs.PlanAsync(known, ct).ConfigureAwait(false) is { } plan && plan.Job.Features?.ContentHash == asked.ContentHash
            ? plan.Features : null;

    private static bool NeedsMean(FeatureColumn column) => column.Steps.Any(s => s is FeatureTransform.ImputeMean);

    private static double MeanOf(IReadOnlyDictionary<string, Measured<double>> means, FeatureColumn column) => means[column.Source].TryGet(out var mean)
        ? mean
        : throw new BadInputException($"feature {column.Name}", $"impute: mean, but {means[column.Source].Reason}", "values to take the mean of",
            "Give a constant: impute: 0.");
}
