using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Measuring;

/// <summary>A model, its features and some input, planned as a run would plan them: what the stages and the whole run are measured on. Thread-safe.</summary>
public sealed class MeasuredModel : IDisposable
{
    private static readonly DateTimeOffset s_night = DateTimeOffset.UnixEpoch;

    private MeasuredModel(RunPlan plan, LoadedModel model, string modelPath, ExecutorOptions execution) =>
        (Plan, Model, ModelPath, Execution) = (plan, model, modelPath, execution);

    /// <summary>The plan: all rows, one shard for every few row groups, profiles of every column.</summary>
    public RunPlan Plan { get; }

    /// <summary>The model as a run would open it.</summary>
    public LoadedModel Model { get; }

    /// <summary>Its file.</summary>
    public string ModelPath { get; }

    /// <summary>How it was opened.</summary>
    public ExecutorOptions Execution { get; }

    /// <summary>Opens the model for the features and freezes the input.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="features">What it reads; null means its own input names, or for a single matrix all numeric columns but the key.</param>
    /// <param name="inputs">Paths or globs of Parquet files.</param>
    /// <param name="keyColumn">The key.</param>
    /// <param name="execution">How to run the model.</param>
    /// <param name="workers">Workers of the whole run.</param>
    /// <param name="ct">Stops opening the model.</param>
    /// <exception cref="BadInputException">Input, model or features cannot be used.</exception>
    public static async Task<MeasuredModel> OpenAsync(string modelPath, FeatureSpec? features, IReadOnlyList<string> inputs, string keyColumn,
        ExecutorOptions execution, int workers, CancellationToken ct)
    {
        var options = new OneShotOptions(modelPath, inputs, "measured") { KeyColumn = keyColumn, Features = features, Execution = execution };
        using var reading = OneShotModels.Read(modelPath, execution);
        var signature = reading.Signature;
        var spec = features;
        var manifest = await InputCatalog.FreezeAsync(inputs, found =>
        {
            var spread = ListFeatures.Spread(OneShotFeatures.Resolve(options, signature, found), () => signature, found);
            spec = spread.Spec;
            return InputNeeds.Of(spread, keyColumn, []);
        }, InputFiles.OfThisMachine, ct).ConfigureAwait(false);
        spec = await new ColumnMeans().FillAsync(spec!, manifest, workers, ct).ConfigureAwait(false);
        var model = ExecutorFactory.Open(reading, spec.FeatureNames, execution);
        try
        {
            return new MeasuredModel(await PlanAsync(options, manifest, spec, model, workers, ct).ConfigureAwait(false), model, modelPath, execution);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private static async Task<RunPlan> PlanAsync(OneShotOptions options, InputManifest manifest, FeatureSpec spec, LoadedModel model, int workers,
        CancellationToken ct)
    {
        var edges = await ProfileEdges.SampleAsync(manifest, spec, model, InputFiles.OfThisMachine, ct).ConfigureAwait(false);
        var columns = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage).SourceColumns.Count + 1;
        var version = new ModelVersion("measured", 0, ModelContent.Of(options.ModelPath).Digest);
        var job = new ScoringJob("measured", options.Inputs, options.KeyColumn!, [], new ModelReference.ByFile(options.ModelPath), spec,
            options.OutputDirectory, workers, WorkerMode.InProcess,
            UnitSizing.RowsFor(columns), ScoringJob.DefaultCheckpointRows, new RejectBudget(manifest.Rows, 1), DuplicateKeyPolicy.LastWins, DriftRule.Default,
                ServingContract.Default("measured"), null, null, null, "");
        var shards = OneShotParts.Of(manifest, ScoringJob.DefaultCheckpointRows, workers).Select((range, i) => new Shard(i, [range], RowsOf(manifest, range)))
            .ToArray();
        var nothing = Measured<TimeSpan>.NotMeasured("it is measured now");
        return new RunPlan(new RunId("measured", s_night), job, version, options.ModelPath, spec, manifest, shards, job.UnitRows, 16, edges,
            new PlanOption(Offering.Local, workers, nothing, Measured<Money>.NotMeasured("not asked"), "chosen"), [])
        {
            Outputs = model.Outputs,
            KeyKind = KeyKinds.Of(manifest.Columns.First(c => c.Name == options.KeyColumn), "key column"),
        };
    }

    private static long RowsOf(InputManifest manifest, RowGroupRange range) =>
        manifest.Files[range.FileIndex].RowGroups.Skip(range.FromRowGroup).Take(range.ToRowGroupExclusive - range.FromRowGroup).Sum(g => g.Rows);
}
