using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Databases;
using Xunit;

namespace BatchEngine.TestKit.Snapshots;

/// <summary>Makes finished runs with real segments out of rows that a test names, without a night. Not thread-safe.</summary>
/// <param name="database">Where runs and snapshots are recorded.</param>
/// <param name="blobs">Where segments lie.</param>
/// <param name="folder">For files on their way to the blobs.</param>
/// <param name="clock">The test's.</param>
public sealed class StoredSnapshots(StateDatabase database, IBlobStore blobs, string folder, TimeProvider clock)
{
    private const int Partitions = 2;

    /// <summary>A job that serves under the contract.</summary>
    public static ScoringJob Job(ServingContract contract) => new(
        contract.Name, ["in/*.parquet"], "customer", [], new ModelReference.ByAlias(contract.Name, "champion"), new FeatureSpec([FeatureColumn.AsIs("age")]),
            "out/{run}", 0,
        WorkerMode.ChildProcess, ScoringJob.DefaultUnitRows, ScoringJob.DefaultCheckpointRows, RejectBudget.Default, DuplicateKeyPolicy.LastWins,
            DriftRule.Default, contract, null, null, null, "growth");

    /// <summary>Puts a contract in force for what serves now, whatever the served snapshot's run was planned with.</summary>
    public static Task PromiseAsync(StateDatabase database, ServingContract contract, CancellationToken ct)
    {
        var (json, job) = (StoredJson.Write(contract).Replace("'", "''"), StoredJson.Write(Job(contract)).Replace("'", "''"));
        return database.ExecuteSqlAsync($"""
            INSERT OR REPLACE INTO contracts (serving_name, contract_json, job_json, saved_at) VALUES ('{contract.Name}', '{json}', '{job}', 0);
            UPDATE counters SET value = value + 1 WHERE name = 'change-stamp';
            """, ct);
    }

    /// <summary>Publishes a sealed run as its coordinator would.</summary>
    public async Task PublishAsync(SnapshotInfo snapshot, CancellationToken ct)
    {
        await OpenedRuns.MoveAsync(database, snapshot.Run, RunState.Scoring, RunState.Judging, ct);
        Assert.IsType<PublishOutcome.Published>(
            await new SnapshotStore(database).PublishRunAsync(await OpenedRuns.LeadAsync(database, snapshot.Run, ct), "a test", ct));
    }

    /// <summary>A finished run of the night with these rows, sealed but not published.</summary>
    public async Task<SnapshotInfo> SealAsync(ServingContract contract, DateTimeOffset night, IReadOnlyList<SampleRow> rows, KeyKind kind, CancellationToken ct)
    {
        var name = contract.Name;
        var snapshots = new SnapshotStore(database);
        var run = new RunId(name, night);
        await FinishRunAsync(run, contract, rows.Count, kind, ct);
        var shape = new SnapshotInfo(0, name, run, new ModelVersion(name, 1, Digest.Of(name)), kind, [OutputColumn.Number("score")], Partitions,
            run.ScheduledAt, clock.GetUtcNow(), []);
        var written = SampleSnapshots.Write(Path.Combine(folder, "written", run.ToString()), shape, rows);
        foreach (var segment in written.Segments)
        {
            await using var blob = await blobs.CreateAsync($"segments/{run}/{segment.Partition}", ct);
            await blob.Content.WriteAsync(await File.ReadAllBytesAsync(segment.Artifact.BlobName, ct), ct);
            var info = await blob.CommitAsync(ct);
            await snapshots.RecordSegmentsAsync(await OpenedRuns.LeadAsync(database, run, ct),
                [segment with { Artifact = segment.Artifact with { BlobName = info.Name, Checksum = info.Checksum } }], ct);
        }

        return await snapshots.SaveAsync(await OpenedRuns.LeadAsync(database, run, ct), shape with { Segments = await snapshots.SegmentsAsync(run, ct) }, ct);
    }

    private async Task FinishRunAsync(RunId run, ServingContract contract, int rows, KeyKind kind, CancellationToken ct)
    {
        var job = Job(contract);
        var input = new InputManifest([new InputFile("/in/a.parquet", 1, "tag", [new RowGroupSize(rows, 1)])],
            [new InputColumn("age", ColumnKind.Float, true, "FLOAT")]);
        var option = new PlanOption(Offering.Local, 1, Measured<TimeSpan>.NotMeasured("no run yet"), Measured<Money>.NotMeasured("no price"), "chosen");
        var plan = new RunPlan(run, job, new ModelVersion(run.Job, 1, Digest.Of(run.Job)), "models/x.onnx", job.Features!, input,
            [new Shard(0, [new RowGroupRange(0, 0, 1)], rows)],
            ScoringJob.DefaultUnitRows, Partitions, new Dictionary<string, BinEdges>(), option, [])
        {
            Outputs = [OutputColumn.Number("score")],
            KeyKind = kind,
        };
        await new RunStore(database).CreateAsync(plan, ct);
        await OpenedRuns.OpenAsync(database, run, ct);
        var (claims, receipts) = (new ClaimStore(database), new ReceiptStore(database));
        var granted = Assert.IsType<LeaseOutcome.Granted>(await claims.TryAcquireAsync(run, "w", TimeSpan.FromMinutes(1), ct));
        await receipts.CommitAsync(granted.Lease,
            new ShardReceipt(run, 0, granted.Lease.Fence, new Checkpoint(1, new RowCounts(rows, rows, 0, 0), [], [])), ct);
    }
}
