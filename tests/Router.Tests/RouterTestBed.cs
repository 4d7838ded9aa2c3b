using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Snapshots;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests;

/// <summary>A real state database, real blobs and real segments in a folder of their own, behind a clock that only the test moves.</summary>
public abstract class RouterTestBed : IAsyncLifetime
{
    protected static readonly DateTimeOffset Night = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    internal static readonly IReadOnlyDictionary<string, object?> SomeFeatures = new Dictionary<string, object?> { ["age"] = 42L };

    private readonly Dictionary<string, ServingContract> _contracts = [];
    private StateFolder _state = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected string Folder => _state.Path;

    protected FakeTimeProvider Clock { get; } = new(Night);

    protected StateDatabase Database => _state.Database;

    protected LocalFolderBlobs Blobs => _state.Blobs;

    protected SnapshotStore Snapshots { get; private set; } = null!;

    protected SnapshotCatalog Catalog { get; private set; } = null!;

    internal FakeRealtime Realtime { get; } = new();

    protected PredictionRouter Router { get; private set; } = null!;

    protected static ServingContract Contract { get; } = ServingContract.Default("churn");

    public async ValueTask InitializeAsync()
    {
        _state = await StateFolder.OpenAsync(Clock, Ct);
        Snapshots = new SnapshotStore(Database);
        Catalog = new SnapshotCatalog(Snapshots, Blobs, Clock);
        Router = new PredictionRouter(Catalog, new RealtimeDoor(Realtime, Clock), Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await _state.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One row with an integer key.</summary>
    protected static SampleRow Row(long key, float value, float? confidence = 0.9f) => new(PredictionKey.Of(key), key, [value], confidence);

    /// <summary>Puts in force what the name promises, for what serves now and for the runs to come, and refreshes.</summary>
    protected async Task ServeAsync(ServingContract contract)
    {
        _contracts[contract.Name] = contract;
        var (json, job) = (StoredJson.Write(contract).Replace("'", "''"), StoredJson.Write(Job(contract)).Replace("'", "''"));
        await Database.ExecuteSqlAsync($"""
            INSERT OR REPLACE INTO contracts (serving_name, contract_json, job_json, saved_at) VALUES ('{contract.Name}', '{json}', '{job}', 0);
            UPDATE counters SET value = value + 1 WHERE name = 'change-stamp';
            """, Ct);
        await Catalog.RefreshAsync(Ct);
    }

    /// <summary>A finished run of the day with these rows, sealed but not published.</summary>
    protected async Task<SnapshotInfo> SealAsync(string name, int day, IReadOnlyList<SampleRow> rows, KeyKind kind = KeyKind.Int64)
    {
        const int Partitions = 2;
        var run = new RunId(name, Night.AddDays(day));
        await FinishRunAsync(run, rows.Count, Partitions, kind);
        var shape = new SnapshotInfo(0, name, run, new ModelVersion(name, 1, Digest.Of(name)), kind, [OutputColumn.Number("score")], Partitions,
            run.ScheduledAt, Clock.GetUtcNow(), []);
        var written = SampleSnapshots.Write(Path.Combine(Folder, "written", run.ToString()), shape, rows);
        foreach (var segment in written.Segments)
        {
            await using var blob = await Blobs.CreateAsync($"segments/{run}/{segment.Partition}", Ct);
            await blob.Content.WriteAsync(await File.ReadAllBytesAsync(segment.Artifact.BlobName, Ct), Ct);
            var info = await blob.CommitAsync(Ct);
            await Snapshots.RecordSegmentAsync(await OpenedRuns.LeadAsync(Database, run, Ct),
                segment with { Artifact = segment.Artifact with { BlobName = info.Name, Checksum = info.Checksum } }, Ct);
        }

        return await Snapshots.SaveAsync(await OpenedRuns.LeadAsync(Database, run, Ct), shape with { Segments = await Snapshots.SegmentsAsync(run, Ct) }, Ct);
    }

    /// <summary>Seals and publishes; the catalogue does not know of it yet.</summary>
    protected async Task<SnapshotInfo> PublishAsync(string name, int day, params SampleRow[] rows)
    {
        var snapshot = await SealAsync(name, day, rows, rows[0].Key.Kind);
        await OpenedRuns.MoveAsync(Database, snapshot.Run, RunState.Scoring, RunState.Judging, Ct);
        Assert.IsType<PublishOutcome.Published>(await Snapshots.PublishRunAsync(await OpenedRuns.LeadAsync(Database, snapshot.Run, Ct), "a test", Ct));
        return snapshot;
    }

    /// <summary>The id of the snapshot that is served; null means none.</summary>
    protected long? Served(string name = "churn") => Catalog.Find(name)?.Reader?.Info.Id;

    internal Task<RouteDecision> RouteAsync(string key, IReadOnlyDictionary<string, object?>? features = null, CancellationToken? ct = null,
        string name = "churn") =>
        Router.RouteAsync(name, key, features, ct ?? Ct).AsTask();

    private async Task FinishRunAsync(RunId run, int rows, int partitions, KeyKind kind)
    {
        var job = Job(_contracts.GetValueOrDefault(run.Job, ServingContract.Default(run.Job)));
        var input = new InputManifest([new InputFile("/in/a.parquet", 1, "tag", [new RowGroupSize(rows, 1)])],
            [new InputColumn("age", ColumnKind.Float, true, "FLOAT")]);
        var option = new PlanOption(Offering.Local, 1, Measured<TimeSpan>.NotMeasured("no run yet"), Measured<Money>.NotMeasured("no price"), "chosen");
        var plan = new RunPlan(run, job, new ModelVersion(run.Job, 1, Digest.Of(run.Job)), "models/x.onnx", job.Features!, input,
            [new Shard(0, [new RowGroupRange(0, 0, 1)], rows)],
            ScoringJob.DefaultUnitRows, partitions, new Dictionary<string, BinEdges>(), option, [])
        {
            Outputs = [OutputColumn.Number("score")],
            KeyKind = kind,
        };
        await new RunStore(Database).CreateAsync(plan, Ct);
        await OpenedRuns.OpenAsync(Database, run, Ct);
        var (claims, receipts) = (new ClaimStore(Database), new ReceiptStore(Database));
        var granted = Assert.IsType<LeaseOutcome.Granted>(await claims.TryAcquireAsync(run, "w", TimeSpan.FromMinutes(1), Ct));
        await receipts.CommitAsync(granted.Lease,
            new ShardReceipt(run, 0, granted.Lease.Fence, new Checkpoint(1, new RowCounts(rows, rows, 0, 0), [], [])), Ct);
    }

    private static ScoringJob Job(ServingContract contract) => new(
        contract.Name, ["in/*.parquet"], "customer", [], new ModelReference.ByAlias(contract.Name, "champion"), new FeatureSpec([FeatureColumn.AsIs("age")]),
            "out/{run}", 0,
        WorkerMode.ChildProcess, ScoringJob.DefaultUnitRows, ScoringJob.DefaultCheckpointRows, RejectBudget.Default, DuplicateKeyPolicy.LastWins,
            DriftRule.Default, contract, null, null, null, "growth");
}
