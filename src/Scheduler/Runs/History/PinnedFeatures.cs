using BatchEngine.Domain;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Runs.History;

/// <summary>
/// Turns "impute: mean" into a constant: the one that the job's published runs with the same features used, so that the same features mean the same every
/// night; before the first of them, the mean over all rows of the input. Reads only.
/// </summary>
/// <param name="runs">The job's earlier runs.</param>
public sealed class PinnedFeatures(RunStore runs)
{
    /// <summary>The features without means to resolve.</summary>
    /// <param name="job">The job.</param>
    /// <param name="asked">The features as the job asks for them.</param>
    /// <param name="fillAsync">Puts the means of the input into the features; asked at most once, and only when no earlier run tells.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="BadInputException">A column whose mean is asked for has no value.</exception>
    public async Task<FeatureSpec> ResolveAsync(ScoringJob job, FeatureSpec asked, Func<CancellationToken, Task<FeatureSpec>> fillAsync, CancellationToken ct)
    {
        if (FeatureMeans.Of(asked).Count == 0)
            return asked;
        if (await UsedByAsync(await runs.LatestPublishedAsync(job.Name, ct).ConfigureAwait(false), asked, ct).ConfigureAwait(false) is { } latest)
            return latest;
        // The features were changed and changed back.
        if (await UsedByAsync(await runs.FirstPublishedAsync(job.Name, ct).ConfigureAwait(false), asked, ct).ConfigureAwait(false) is { } first)
            return first;
        return await fillAsync(ct).ConfigureAwait(false);
    }

    // The constants of a run that was asked for the same features; null means that there is no such run.
    private async Task<FeatureSpec?> UsedByAsync(RunId? run, FeatureSpec asked, CancellationToken ct) =>
        run is { } known && await runs.PlanAsync(known, ct).ConfigureAwait(false) is { } plan && plan.Job.Features?.ContentHash == asked.ContentHash
            ? plan.Features : null;
}
