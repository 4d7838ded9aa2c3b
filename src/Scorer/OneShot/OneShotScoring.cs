using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scorer.OneShot;

/// <summary>Scores Parquet files with a model, without job, database or registry. Thread-safe; each call is its own scoring.</summary>
public static class OneShotScoring
{
    private const string RowNumberColumn = "row_number";
    private const int MaxWorkers = 1_024;

    /// <summary>Reads all files, scores them with one worker a core, and leaves Parquet files with a manifest in the output directory; nothing when it
    /// fails.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Told after each unit, from worker threads; null means nobody listens.</param>
    /// <param name="clock">For scored-at, read once at the start, and the elapsed time.</param>
    /// <param name="ct">Stops and removes what was written.</param>
    /// <exception cref="BadInputException">Input, model, features or output directory cannot be used.</exception>
    /// <exception cref="RejectBudgetExceededException">Too many rows are bad.</exception>
    /// <exception cref="StorageFailedException">The output cannot be written.</exception>
    public static async Task<OneShotResult> RunAsync(OneShotOptions options, IProgress<OneShotProgress>? progress, TimeProvider clock, CancellationToken ct)
    {
        var (manifest, spec, opened, content) = await OpenAsync(options, ct).ConfigureAwait(false);
        using var model = opened;
        var version = new ModelVersion(Path.GetFileNameWithoutExtension(options.ModelPath), 0, content.Digest);
        var template = Template(options, manifest, spec, model, version, clock.GetUtcNow());
        template.Output.Schema.ColumnNames();
        _ = template.Output.Schema.KeyKind;
        using var folder = OneShotFolder.Take(options.OutputDirectory);
        var blobs = new LocalFolderBlobs(folder.Temporary) { FlushesLater = true };
        var workers = Math.Clamp(options.Workers > 0 ? options.Workers : Environment.ProcessorCount, 1, MaxWorkers);
        template = UnderCeiling(options, template with { Output = template.Output with { Blobs = blobs } }, spec, ref workers);
        var parts = OneShotParts.Of(manifest, options.RowsPerFile, workers);
        var tally = new OneShotTally(options, manifest.Rows, clock, progress);
        template = template with { UnitsHeld = UnitSizing.UnitsHeld(Math.Min(workers, parts.Count)) };
        var finals = await new OneShotWorkers(template, parts, tally).RunAsync(workers, ct).ConfigureAwait(false);
        await blobs.FlushAsync().ConfigureAwait(false);
        var counts = finals.Aggregate(default(RowCounts), (sum, f) => sum + f.Counts);
        if (counts.Read != manifest.Rows || !counts.AddsUp)
            throw new InvariantBrokenException("a finished scoring has read all its rows", $"{counts.Read} of {manifest.Rows}");
        var files = finals.SelectMany(f => f.Artifacts).OrderBy(a => a.Kind).ThenBy(a => a.BlobName, StringComparer.Ordinal).ToArray();
        folder.Publish(files, ManifestOf(options, manifest, version, model, template.Output.Schema, counts, files));
        return new OneShotResult(folder.Path, counts, files, model.Outputs, model.Name, model.DeviceNote, model.Notes, tally.Elapsed)
        {
            LeftOut = manifest.LeftOutNote,
            LeftOutOutputs = model.LeftOut,
            Partitions = manifest.PartitionNote,
            FromStores = template.Input.Traffic.Total is { Requests: > 0 } read ? read : null,
            Caveats = model.Caveats.All(model.LabelsBesideTheLargest, counts.Read, "rows"),
            Means = FeatureMeans.In(options.Features, spec),
        };
    }

    private static async Task<(InputManifest Manifest, FeatureSpec Spec, LoadedModel Model, ModelContent Content)> OpenAsync(OneShotOptions options,
        CancellationToken ct)
    {
        using var reading = OneShotModels.Read(options.ModelPath, options.Execution);
        var signature = reading.Signature;
        var spec = options.Features;
        var manifest = await InputCatalog.FreezeAsync(options.Inputs, found =>
        {
            var features = ListFeatures.Spread(OneShotFeatures.Resolve(options, signature, found), () => signature, found, options.Files);
            spec = features.Spec;
            return InputNeeds.Of(features, options.KeyColumn, options.CarriedColumns) with { MissingColumns = options.MissingColumns };
        }, options.Files, ct).ConfigureAwait(false);
        // Opening the model goes on meanwhile.
        spec = await new ColumnMeans(options.Files).FillAsync(spec!, manifest, ReadersOf(options), ct).ConfigureAwait(false);
        return (manifest, spec, OneShotModels.Open(reading, options, spec.FeatureNames), reading.File.Content);
    }

    // Under a limit one at a time, because each holds pages of its own.
    private static int ReadersOf(OneShotOptions options) =>
        options.MemoryLimitBytes > 0 ? 1 : options.Workers > 0 ? options.Workers : Environment.ProcessorCount;

    // Opening a large model leaves several times its size in garbage: it goes before the buffers come.
    private static ScoringSetup UnderCeiling(OneShotOptions options, ScoringSetup setup, FeatureSpec spec, ref int workers)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        workers = Math.Max(1, Math.Min(workers, setup.Input.Manifest.Files.Sum(f => f.RowGroups.Count)));
        if (options.MemoryLimitBytes <= 0)
            return setup;
        var ceiling = new MemoryCeiling(options.MemoryLimitBytes);
        var need = ScoringMemory.Of(setup.Input.Manifest, spec, setup.Model.Loaded, options.ChallengerPaths.Append(options.ModelPath)
            .Sum(p => ModelContent.Of(p).Bytes),
            options.KeyColumn, options.CarriedColumns, writesRunFiles: false, files: options.Files);
        var plan = ceiling.Fit(need, workers, setup.Input.UnitRows);
        ceiling.TellCollector();
        workers = plan.Workers;
        return setup with { Input = setup.Input with { UnitRows = plan.UnitRows }, Ceiling = ceiling };
    }

    private static ScoringSetup Template(OneShotOptions options, InputManifest manifest, FeatureSpec spec, LoadedModel model, ModelVersion version,
        DateTimeOffset scoredAt)
    {
        var features = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage);
        var columns = ReadColumns.Of(features, options.KeyColumn, options.CarriedColumns, manifest);
        var schema = new PredictionSchema(options.KeyColumn ?? RowNumberColumn, ReadColumns.KeyIndex(columns, options.KeyColumn), columns,
            ReadColumns.CarriedIndexes(columns, options.CarriedColumns), model.Outputs, version.ToString(), "score", scoredAt);
        var output = new ScoringOutput(schema, new LocalFolderBlobs(options.OutputDirectory), static (_, _) => "", options.RowsPerFile);
        return new ScoringSetup(new ScoringInput(manifest, UnitCuts.WholeOf(manifest), columns, options.UnitRows > 0 ? options.UnitRows
            : UnitSizing.RowsFor(columns.Count))
        { Files = options.Files }, ScoringModel.Of(model, features, spec, version), output, options.Rejects,
                Checkpoint.Start);
    }

    private static OutputManifest ManifestOf(OneShotOptions options, InputManifest manifest, ModelVersion version, LoadedModel model, PredictionSchema schema,
        RowCounts counts, Artifact[] files) => new(schema.RunName, schema.ModelVersion, version.Digest.Hex, manifest.Digest.Hex,
            OutputManifest.ReadFiles(manifest), schema.KeyColumn, schema.ScoredAt, schema.ColumnNames(), OutputManifest.Tally(counts),
            [.. files.Select(f => OutputManifest.Written(f.BlobName, f))])
        {
            Engine = model.Name,
            Challengers = [.. options.ChallengerPaths.Select(p =>
                new OutputManifest.Challenger(Path.GetFileNameWithoutExtension(p), ModelContent.Of(p).Digest.Hex))],
        };
}
