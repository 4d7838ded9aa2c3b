using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Inputs;
using BatchEngine.Storage.Blobs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.Sharding;

/// <summary>A small run over two files: text keys, a carried column, 60 rows in row groups of 17, units of 7, a checkpoint every 20 rows.</summary>
internal sealed class ShardFixture : IDisposable
{
    public const int Rows = 60;
    private static readonly string[] s_features = ["a", "b", "c"];
    private readonly TemporaryFolder _folder = new();

    private ShardFixture(RunPlan plan, LoadedModel model, TemporaryFolder folder) => (Plan, Model, _folder) = (plan, model, folder);

    public RunPlan Plan { get; }

    public LoadedModel Model { get; }

    public static async Task<ShardFixture> CreateAsync(string model = "linear", RejectBudget? rejects = null, int badRow = -1, Func<int, float>? a = null)
    {
        var folder = new TemporaryFolder();
        Write(folder.File("in/a.parquet"), 0, 40, badRow, a);
        Write(folder.File("in/b.parquet"), 40, 20, badRow, a);
        var ct = TestContext.Current.CancellationToken;
        var manifest = await InputCatalog.FreezeAsync([folder.File("in/*.parquet")], new InputNeeds(["id", "name", .. s_features], null, []), ct);
        var spec = FeatureSpec.AsIs(s_features);
        var loaded = ExecutorFactory.Open(Fixture.Path(model), spec.FeatureNames, ExecutorOptions.Default with { SubBatchRows = 3, Engine = "onnx" });
        var edges = await ProfileEdges.SampleAsync(manifest, spec, loaded, InputFiles.OfThisMachine, ct);
        var job = new ScoringJob("churn", [folder.File("in/*.parquet")], "id", ["name"], new ModelReference.ByFile("m.onnx"), spec, "out", 1,
            WorkerMode.InProcess, 7, 20,
            rejects ?? RejectBudget.Default, DuplicateKeyPolicy.Fail, DriftRule.Default, ServingContract.Default("churn"), null, null, null, "team");
        var run = new RunId("churn", new DateTimeOffset(2026, 11, 23, 2, 0, 0, TimeSpan.Zero));
        var plan = new RunPlan(run, job, new ModelVersion("linear", 3, Digest.Of("m")), "m.onnx", spec, manifest,
            [new Shard(0, [.. manifest.Files.Select((f, i) => new RowGroupRange(i, 0, f.RowGroups.Count))], Rows)], 7, 4, edges,
            new PlanOption(Offering.Local, 1, Measured<TimeSpan>.NotMeasured("test"), Measured<Money>.NotMeasured("test"), "chosen"), []);
        return new ShardFixture(plan, loaded, folder);
    }

    public LocalFolderBlobs Blobs(string name) => new(_folder.File(name));

    public string Folder(string name) => _folder.File(name);

    public ShardWork Work(IBlobStore blobs, Checkpoint? from = null, long fence = 1) =>
        new(Plan, Plan.Shards[0], new FenceToken(fence), from ?? Checkpoint.Start, Model, blobs);

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }

    private static void Write(string path, int from, int rows, int badRow, Func<int, float>? a)
    {
        var numbers = Enumerable.Range(from, rows).ToArray();
        ParquetFiles.Write(path,
        [
            ParquetFiles.Data.Of("id", Array.ConvertAll(numbers, i => $"key-{i}")),
            ParquetFiles.Data.Of("name", Array.ConvertAll(numbers, i => i % 3 == 0 ? null : $"n{i}")),
            ParquetFiles.Data.Of("a", Array.ConvertAll(numbers, i => i == badRow ? float.NaN : a?.Invoke(i) ?? i / 3f)),
            ParquetFiles.Data.Of("b", Array.ConvertAll(numbers, i => i / 7f)),
            ParquetFiles.Data.Of("c", Array.ConvertAll(numbers, i => i / 11f)),
        ], rowsPerGroup: 17);
    }
}
