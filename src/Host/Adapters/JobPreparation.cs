using BatchEngine.Domain;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Adapters;

/// <summary>Looks up what planning needs: footers by the scorer, the model by the registry, edges and speed from earlier runs. Thread-safe; writes only the
/// bin edges of a job's first run.</summary>
internal sealed class JobPreparation(ModelRegistry registry, LoadedModels models, ProfileStore profiles, PinnedFeatures pinned, RunSpeed speed,
    JobMemory memory, ModelLocator locator) : IRunPreparation
{
    /// <inheritdoc/>
    public async Task<PreparedInputs> PrepareAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        var model = await registry.ResolveAsync(job.Model, ct).ConfigureAwait(false);
        var wished = job.Features ?? FeaturesOf(job, model.Signature);
        var manifest = await FreezeAsync(job, run, wished, ct).ConfigureAwait(false);
        var features = await pinned.ResolveAsync(job, wished, manifest, ct).ConfigureAwait(false);
        var loaded = await models.GetAsync(model.Version, model.LocalPath, features, ct).ConfigureAwait(false);
        var edges = await profiles.EdgesAsync(job.Name, wished.ContentHash, ct).ConfigureAwait(false);
        if (edges is null && manifest.Rows > 0)
        {
            var sampled = await ProfileEdges.SampleAsync(manifest, features, loaded, ct).ConfigureAwait(false);
            edges = await profiles.SaveEdgesAsync(job.Name, wished.ContentHash, sampled, ct).ConfigureAwait(false);
        }

        var fits = memory.Plan(job, manifest, features, loaded, model.LocalPath, KeptSumsOf(job, loaded));
        return new PreparedInputs(manifest, model.Version, model.LocalPath, features, edges
            ?? new Dictionary<string, BinEdges>(StringComparer.Ordinal), loaded.Outputs,
            KeyKindOf(job, manifest), await speed.OfAsync(job, model.Version, ct).ConfigureAwait(false))
        {
            Arithmetic = loaded.Arithmetic,
            KeptSums = KeptSumsOf(job, loaded),
            SumsAreOutputs = loaded.SumsAreOutputs,
            MaxUnitRows = fits?.UnitRows ?? JobMemory.MaxUnitRows(job, features),
            MaxWorkers = fits is null || job.WorkerMode == WorkerMode.ChildProcess ? int.MaxValue : fits.Workers,
        };
    }

    /// <inheritdoc/>
    public async Task<Measured<double>> TimeModelAsync(PreparedInputs prepared, CancellationToken ct)
    {
        var loaded = await models.GetAsync(prepared.Model, prepared.ModelArtifact, prepared.Features, ct).ConfigureAwait(false);
        return await ModelTiming.MeasureAsync(prepared.Manifest, prepared.Features, loaded, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ModelGrowth> GrowthAsync(RunPlan before, PreparedInputs prepared, CancellationToken ct)
    {
        if (before.Model.Number == 0 && before.ModelArtifact == prepared.ModelArtifact)
            return new ModelGrowth.Another(
                $"its file {before.ModelArtifact} was replaced, so the two cannot be compared; registered models stay (batchengine models register)");
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
        var features = job.Features ?? FeaturesOf(job, (await registry.ResolveAsync(job.Model, ct).ConfigureAwait(false)).Signature);
        return await FreezeAsync(job, run, features, ct).ConfigureAwait(false);
    }

    private static int KeptSumsOf(ScoringJob job, LoadedModel model) => job.KeepsSums && !model.SumsAreOutputs ? model.SumCount : 0;

    private static Task<InputManifest> FreezeAsync(ScoringJob job, RunId run, FeatureSpec features, CancellationToken ct) =>
        InputCatalog.FreezeAsync([.. job.Inputs.Select(p => InputPatterns.Fill(p, run))],
            [.. features.SourceColumns.Append(job.KeyColumn).Concat(job.CarriedColumns).Distinct(StringComparer.Ordinal)], ct);

    private static FeatureSpec FeaturesOf(ScoringJob job, ModelSignature signature) => signature.TakesOneMatrix
        ? throw new BadInputException($"job {job.Name}, features", "nothing", $"the columns behind the model's one input {signature.Inputs[0]}",
            "Add features: a list of columns in the model's order, or a features.yaml.")
        : FeatureSpec.AsIs(signature.Inputs.Select(i => i.Name));

    private static KeyKind KeyKindOf(ScoringJob job, InputManifest manifest)
    {
        var column = manifest.Columns.First(c => c.Name == job.KeyColumn);
        return column.Kind switch
        {
            ColumnKind.Integer => KeyKind.Int64,
            ColumnKind.Text => KeyKind.Utf8,
            _ => throw new BadInputException($"job {job.Name}, key", $"column {column.Name} of type {column.PhysicalType}", "an integer or text column",
                "Choose another key column."),
        };
    }
}
