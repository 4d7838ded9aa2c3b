using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Amounts;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests;

/// <summary>Small valid Domain values for the stores' tests.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Night = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    public static ModelVersion Model { get; } = new("churn", 3, Digest.Of("model"));

    public static RunId Run(string job = "churn", int day = 0) => new(job, Night.AddDays(day));

    public static ScoringJob Job(string name = "churn") => new(
        name, ["data/{date}/*.parquet"], "customer", ["region"], new ModelReference.ByAlias("churn", "champion"),
        new FeatureSpec([
            FeatureColumn.AsIs("age"),
            new FeatureColumn("plan", "plan", [new FeatureTransform.OneHot(["basic", "größer"])]),
            new FeatureColumn("city", "city", [new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["b"] = 2, ["a"] = 0.1 }, -1)]),
            new FeatureColumn("income", "income",
                [new FeatureTransform.ImputeMean(), new FeatureTransform.Clip(-1.5, double.PositiveInfinity), new FeatureTransform.Log1P()]),
            new FeatureColumn("since", "since", [new FeatureTransform.DatePart(CalendarPart.DayOfWeek)]),
        ]),
        "out/{run}", 0, WorkerMode.ChildProcess, ScoringJob.DefaultUnitRows, ScoringJob.DefaultCheckpointRows, RejectBudget.Default,
            DuplicateKeyPolicy.LastWins, DriftRule.Default,
        ServingContract.Default(name) with { MaxAge = TimeSpan.FromHours(26), MinConfidence = 0.6 },
            new Schedule("0 0 2 * * ?", "Europe/Berlin", MisfirePolicy.RunAll, OverlapPolicy.Skip),
        TimeSpan.FromHours(4), Money.Usd(12.50m), "growth");

    public static RunPlan Plan(RunId? run = null, int shards = 3, int rowsPerShard = 100, int partitions = 2)
    {
        var id = run ?? Run();
        var groups = Enumerable.Range(0, shards).Select(_ => new RowGroupSize(rowsPerShard, 4096)).ToArray();
        return new RunPlan(
            id, Job(id.Job), Model, "models/x.onnx", Job(id.Job).Features!,
            new InputManifest([new InputFile("/in/a.parquet", 12345, "tag", groups)], [new InputColumn("age", ColumnKind.Float, true, "FLOAT")]),
            [.. Enumerable.Range(0, shards).Select(i => new Shard(i, [new RowGroupRange(0, i, i + 1)], rowsPerShard))],
            ScoringJob.DefaultUnitRows, partitions,
            new Dictionary<string, BinEdges> { ["plan"] = new("plan", [], ["basic"]), ["age"] = new("age", [18f, 0.1f + 30f], []) },
            Option("chosen"), [Option("slower")])
        {
            Outputs = [OutputColumn.Number("score"), new OutputColumn("label", ["no", "yes"])],
            KeyKind = KeyKind.Utf8,
        };
    }

    public static PlanOption Option(string verdict) =>
        new(Offering.Local, 2, Measured<TimeSpan>.NotMeasured("no run yet"), Measured<Money>.Of(Money.Usd(0.0123m)), verdict);

    public static ColumnProfile Profile(string column = "age") =>
        new(new BinEdges(column, [1f, 2.5f], []), false, [3, 4, 5], 6, -1.25, double.PositiveInfinity, 1e300, 0.1 + 0.2);

    public static Artifact Blob(string name, long rows, ArtifactKind kind = ArtifactKind.Output) => new(name, kind, 4096, ulong.MaxValue - 5, rows);

    public static Checkpoint Done(long rows, int units = 4, string blob = "runs/a.parquet") =>
        new(units, new RowCounts(rows, rows - 2, 0, 2), [Blob(blob, rows - 2)], [Profile()]);

    public static ShardReceipt Receipt(Lease lease, long rows, string blob = "runs/a.parquet") =>
        new(lease.Run, lease.ShardIndex, lease.Fence, Done(rows, blob: blob));

    /// <summary>Records a run and opens it for workers.</summary>
    public static async Task<RunId> OpenRunAsync(StateDatabase database, RunPlan plan)
    {
        await new RunStore(database).CreateAsync(plan, TestContext.Current.CancellationToken);
        await OpenedRuns.OpenAsync(database, plan.Run, TestContext.Current.CancellationToken);
        return plan.Run;
    }

    /// <summary>Takes every free shard and commits its receipt.</summary>
    public static async Task FinishShardsAsync(StateDatabase database, RunId run, string worker = "w")
    {
        var (claims, receipts) = (new ClaimStore(database), new ReceiptStore(database));
        while (await claims.TryAcquireAsync(run, worker, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken) is LeaseOutcome.Granted granted)
            await receipts.CommitAsync(granted.Lease, Receipt(granted.Lease, granted.Shard.Rows), TestContext.Current.CancellationToken);
    }

    public static SegmentInfo Segment(RunId run, int partition, long keys = 50) =>
        new(partition, Blob($"segments/{run}/{partition}", keys, ArtifactKind.Segment), keys);

    public static SnapshotInfo Snapshot(RunId run, IReadOnlyList<SegmentInfo> segments) =>
        new(0, run.Job, run, Model, KeyKind.Int64, [OutputColumn.Number("score"), new OutputColumn("label", ["no", "yes"])], segments.Count, run.ScheduledAt,
            Night.AddHours(1), segments);
}
