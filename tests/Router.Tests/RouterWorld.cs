using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database;
using BatchEngine.TestKit.Snapshots;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests;

/// <summary>A real database, blob store and segments in a temporary folder, a fake clock and a fake live endpoint.</summary>
internal sealed class RouterWorld : IAsyncDisposable
{
    public const string Name = "churn";
    private const int Partitions = 2;
    private readonly DirectoryInfo _folder;
    private readonly StateDatabase _database;

    private RouterWorld(StateDatabase database, FakeTimeProvider clock, DirectoryInfo folder)
    {
        (_database, Clock, _folder) = (database, clock, folder);
        Blobs = new LocalFolderBlobs(Path.Combine(folder.FullName, "blobs"));
        Store = new SnapshotStore(database);
        Catalog = new SnapshotCatalog(Store, Blobs, clock);
        Sut = new PredictionRouter(Catalog, new LiveGate(Live, clock), clock);
    }

    public static DateTimeOffset Night { get; } = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Clock { get; }

    public LocalFolderBlobs Blobs { get; }

    public SnapshotStore Store { get; }

    public SnapshotCatalog Catalog { get; }

    public FakeLive Live { get; } = new();

    public PredictionRouter Sut { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RouterWorld> CreateAsync(ServingContract? contract = null)
    {
        var folder = Directory.CreateTempSubdirectory("batchengine-router-");
        var clock = new FakeTimeProvider(Night.AddHours(1));
        var world = new RouterWorld(await StateDatabase.OpenAsync(Path.Combine(folder.FullName, "state.db"), clock, Ct), clock, folder);
        await world.ContractAsync(contract ?? ServingContract.Default(Name));
        return world;
    }

    public Task ContractAsync(ServingContract contract) => Store.SaveContractAsync(contract, Job(contract), Ct);

    /// <summary>Seals and publishes a snapshot of the given day, through the same writes as a run.</summary>
    public async Task<SnapshotInfo> PublishAsync(int day, params SampleRow[] rows)
    {
        var sealedOne = await SealAsync(day, rows);
        await Store.PublishAsync(sealedOne.Id, Ct);
        return sealedOne;
    }

    public async Task<SnapshotInfo> SealAsync(int day, params SampleRow[] rows)
    {
        var run = new RunId(Name, Night.AddDays(day));
        await OpenRunAsync(run);
        var runFile = SampleSnapshots.RunFile(rows, KeyKind.Int64, 1, Partitions);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var (outcome, bytes) = SampleSnapshots.Segment([runFile], KeyKind.Int64, 1, Partitions, partition);
            await using var writer = await Blobs.CreateAsync($"segments/{run}/{partition}", Ct);
            await writer.Content.WriteAsync(bytes, Ct);
            var blob = await writer.CommitAsync(Ct);
            var keys = Assert.IsType<Storage.Snapshots.SegmentOutcome.Built>(outcome).Keys;
            await Store.RecordSegmentAsync(run, new SegmentInfo(partition, new Artifact(blob.Name, ArtifactKind.Segment, blob.Bytes, blob.Checksum, keys), keys), Ct);
        }

        var segments = await Store.SegmentsAsync(run, Ct);
        return await Store.SaveAsync(new SnapshotInfo(0, Name, run, Model(day), KeyKind.Int64, [OutputColumn.Number("score")], Partitions, run.ScheduledAt, Clock.GetUtcNow(), segments), Ct);
    }

    public static ModelVersion Model(int day) => new("churn", day + 1, Digest.Of($"model {day}"));

    public static SampleRow Row(long key, float score, float? confidence = 0.9f) => new(PredictionKey.Of(key), key, [score], confidence);

    public static IReadOnlyDictionary<string, object?> Features(object? age) => new Dictionary<string, object?> { ["age"] = age };

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task OpenRunAsync(RunId run)
    {
        var job = Job(ServingContract.Default(Name));
        var plan = new RunPlan(
            run, job, Model(0), "models/m.onnx", new FeatureSpec([FeatureColumn.AsIs("age")]),
            new InputManifest([new InputFile("/in/a.parquet", 1, "tag", [new RowGroupSize(10, 1)])], [new InputColumn("age", ColumnKind.Float, true, "FLOAT")]),
            [new Shard(0, [new RowGroupRange(0, 0, 1)], 10)], 10, Partitions, new Dictionary<string, BinEdges>(),
            new PlanOption(Offering.Local, 1, Measured<TimeSpan>.NotMeasured("test"), Measured<Money>.NotMeasured("test"), "chosen"), [])
        {
            Outputs = [OutputColumn.Number("score")],
            KeyKind = KeyKind.Int64,
        };
        var runs = new RunStore(_database);
        await runs.CreateAsync(plan, Ct);
        await runs.MoveAsync(run, RunState.Planned, RunState.Scoring, "", Ct);
        var leases = new LeaseStore(_database);
        var granted = Assert.IsType<LeaseOutcome.Granted>(await leases.TryAcquireAsync(run, "w", TimeSpan.FromMinutes(1), Ct));
        await leases.CommitAsync(granted.Lease, new ShardReceipt(run, 0, granted.Lease.Fence, new Checkpoint(1, new RowCounts(10, 10, 0, 0), [], [])), Ct);
    }

    private static ScoringJob Job(ServingContract contract) => new(
        Name, ["in/*.parquet"], "customer", [], new ModelReference.ByAlias("churn", "champion"), null, "out", 0, WorkerMode.InProcess, 10, 10,
        RejectBudget.Default, DuplicateKeyPolicy.Fail, DriftGate.Default, contract, null, null, null, "");
}
