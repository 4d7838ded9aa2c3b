using BatchEngine.Domain;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Adapters;

/// <summary>
/// Turns "impute: mean" into a constant: the one that the job's published runs with the same features used, so that the same features mean the same every
/// night; before the first of them, the mean over the first unit of the input.
/// Thread-safe.
/// </summary>
internal sealed class PinnedFeatures(RunStore runs)
{
    /// <summary>The spec without means to resolve.</summary>
    public async Task<FeatureSpec> ResolveAsync(ScoringJob job, FeatureSpec wished, InputManifest manifest, CancellationToken ct)
    {
        if (!wished.Columns.Any(NeedsMean))
            return wished;
        if (await UsedByAsync(await runs.LatestPublishedAsync(job.Name, ct).ConfigureAwait(false), wished, ct).ConfigureAwait(false) is { } latest)
            return latest;
        // The features were changed and changed back.
        if (await UsedByAsync(await runs.FirstPublishedAsync(job.Name, ct).ConfigureAwait(false), wished, ct).ConfigureAwait(false) is { } first)
            return first;
        var means = await SampleMeans.OfAsync(manifest, [.. wished.Columns.Where(NeedsMean).Select(c => c.Source).Distinct(StringComparer.Ordinal)], ct)
            .ConfigureAwait(false);
        return new FeatureSpec([.. wished.Columns.Select(c =>
            c with { Steps = [.. c.Steps.Select(s => s is FeatureTransform.ImputeMean ? new FeatureTransform.ImputeConstant(MeanOf(means, c)) : s)] })]);
    }

    // The constants of a run that was asked for the same features; null means that there is no such run.
    private async Task<FeatureSpec?> UsedByAsync(RunId? run, FeatureSpec wished, CancellationToken ct) =>
        run is { } known && await runs.PlanAsync(known, ct).ConfigureAwait(false) is { } plan && plan.Job.Features?.ContentHash == wished.ContentHash
            ? plan.Features : null;

    private static bool NeedsMean(FeatureColumn column) => column.Steps.Any(s => s is FeatureTransform.ImputeMean);

    private static double MeanOf(IReadOnlyDictionary<string, Measured<double>> means, FeatureColumn column) => means[column.Source].TryGet(out var mean)
        ? mean
        : throw new BadInputException($"feature {column.Name}", $"impute: mean, but {means[column.Source].Reason}", "values to take the mean of",
            "Give a constant: impute: 0.");
}
