using BatchEngine.Domain;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Runs.History;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Profiles;

namespace BatchEngine.Host.Adapters;

/// <summary>Looks up what planning needs: footers, means and edges by the scorer, the model by the registry. Thread-safe.</summary>
internal sealed class JobPreparation(ModelRegistry registry, LoadedModels models, ProfileBins bins, PinnedFeatures pinned, CurrentPrices prices,
    JobMemory memory, ModelLocator locator, InputFiles files, Action<string> note) : IRunPreparation
{
    private readonly ColumnMeans _means = new(files);

    /// <inheritdoc/>
    public async Task<PreparedInputs> PrepareAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        var model = await registry.ResolveAsync(job.Model, ct).ConfigureAwait(false);
        var asked = JobNeeds.Features(job, SignatureOf(job, model));
        var (manifest, spread) = await FreezeAsync(job, run, asked, () => SignatureOf(job, model, isWhole: false), ct).ConfigureAwait(false);
        var features = await pinned.ResolveAsync(job, asked, stop => _means.FillAsync(spread, manifest, memory.ReadersAtOnce, stop), ct).ConfigureAwait(false);
        features = ReferenceEquals(features, asked) ? spread : features;
        if (manifest.LeftOutNote is { } leftOut)
            note($"{job.Name}: {leftOut}");
        var loaded = await models.GetAsync(model.Version, model.LocalPath, features, job.Outputs, ct).ConfigureAwait(false);
        var (edges, areNew) = await bins.ResolveAsync(job.Name, manifest, features, spread.ContentHash, model.Version, loaded, ct).ConfigureAwait(false);
        var keptSums = JobNeeds.KeptSums(job, loaded.SumCount, loaded.SumsAreOutputs);
        var (unitRows, workers) = memory.MostOf(job, manifest, features, loaded, model.LocalPath, keptSums);
        return new PreparedInputs(manifest, model.Version, model.LocalPath, features, edges, loaded.Outputs, JobNeeds.Key(job, manifest))
        {
            EdgesToPin = areNew ? spread.ContentHash : null,
            Arithmetic = loaded.Coupling is null ? loaded.Arithmetic : FormattableString.Invariant($"{loaded.Arithmetic} in units of {unitRows}"),
            ChosenOutputs = job.Outputs,
            KeptSums = keptSums,
            SumsAreOutputs = loaded.SumsAreOutputs,
            MaxUnitRows = unitRows,
            MaxWorkers = workers,
            WeightFiles = model.WeightFiles,
        };
    }

    /// <inheritdoc/>
    public async Task<PreparedInputs> PinAsync(ScoringJob job, PreparedInputs prepared, CancellationToken ct)
    {
        await prices.RecordAsync(ct).ConfigureAwait(false);
        if (prepared.Model.Number == 0)
            await registry.FromFiles.KeepAsync(prepared.Model, prepared.ModelArtifact, prepared.WeightFiles, ct).ConfigureAwait(false);
        return prepared.EdgesToPin is not { } asked ? prepared : prepared with
        {
            ProfileEdges = await bins.PinAsync(job.Name, asked, prepared, ct).ConfigureAwait(false),
            EdgesToPin = null,
        };
    }

    /// <inheritdoc/>
    public async Task<Measured<double>> TimeModelAsync(PreparedInputs prepared, CancellationToken ct)
    {
        var loaded = await models.GetAsync(prepared.Model, prepared.ModelArtifact, prepared.Features, prepared.ChosenOutputs, ct).ConfigureAwait(false);
        return await ModelTiming.MeasureAsync(prepared.Manifest, prepared.Features, loaded, files, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ModelGrowth> GrowthAsync(RunPlan before, PreparedInputs prepared, CancellationToken ct)
    {
        try
        {
            var parent = await locator.PathOfAsync(before.Model, before.ModelArtifact, ct).ConfigureAwait(false);
            var model = await locator.PathOfAsync(prepared.Model, prepared.ModelArtifact, ct).ConfigureAwait(false);
            return ForestGrowth.Between(parent, model);
        }
        catch (Exception problem) when (problem is BatchEngineException or IOException or UnauthorizedAccessException)
        {
            return new ModelGrowth.Another($"the two could not be compared: {problem.Message}");
        }
    }

    /// <inheritdoc/>
    public async Task<InputManifest> FreezeInputAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        var model = await registry.ResolveAsync(job.Model, ct).ConfigureAwait(false);
        var features = job.Features ?? JobNeeds.Features(job, SignatureOf(job, model));
        return (await FreezeAsync(job, run, features, () => SignatureOf(job, model, isWhole: false), ct).ConfigureAwait(false)).Manifest;
    }

    // What the registry keeps is for the outputs that are kept unasked.
    private static ModelSignature SignatureOf(ScoringJob job, ResolvedModel model, bool isWhole = true) =>
        job.Outputs.Count == 0 || (isWhole && job.Features is not null) ? model.Signature : ExecutorFactory.Inspect(model.LocalPath, job.Outputs);

    private async Task<(InputManifest Manifest, FeatureSpec Spread)> FreezeAsync(ScoringJob job, RunId run, FeatureSpec features,
        Func<ModelSignature> signature, CancellationToken ct)
    {
        var spread = features;
        var manifest = await InputCatalog.FreezeAsync([.. job.Inputs.Select(p => InputPatterns.Fill(p, job, run))], found =>
        {
            var lists = ListFeatures.Spread(features, signature, found, files);
            spread = lists.Spec;
            return InputNeeds.Of(lists, job.KeyColumn, job.CarriedColumns) with { MissingColumns = job.MissingColumns };
        }, files, ct).ConfigureAwait(false);
        return (manifest, spread);
    }
}
