using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Benchmarks.Traffic;

/// <summary>A plan of many shards over one file that is not there, and what its workers report.</summary>
internal static class TrafficPlan
{
    private const int Features = 50, Partitions = 64, FilesPerCheckpoint = 2;
    private static int s_runs;

    /// <summary>A run of so many shards.</summary>
    public static RunPlan Of(int shards, int rowsPerShard)
    {
        var run = new RunId("traffic", TimeProvider.System.GetUtcNow().AddSeconds(Interlocked.Increment(ref s_runs)));
        var groups = Enumerable.Range(0, shards).Select(_ => new RowGroupSize(rowsPerShard, 1 << 24)).ToArray();
        var features = FeatureSpec.AsIs(Enumerable.Range(0, Features).Select(i => $"f{i}"));
        var job = new ScoringJob("traffic", ["in/*.parquet"], "id", [], new ModelReference.ByFile("m.onnx"), features, "out", 0, WorkerMode.Elsewhere,
            ScoringJob.DefaultUnitRows, ScoringJob.DefaultCheckpointRows, RejectBudget.Default, DuplicateKeyPolicy.Fail, DriftRule.Default,
            ServingContract.Default("traffic"), null, null, null, "bench");
        var chosen = new PlanOption(Offering.Local, 2, Measured<TimeSpan>.NotMeasured("a benchmark"), Measured<Money>.NotMeasured("a benchmark"), "chosen");
        return new RunPlan(run, job, new ModelVersion("m", 1, Digest.Of("m")), "models/m", features,
            new InputManifest([new InputFile("/in/a.parquet", 1L << 40, "tag", groups)], [new InputColumn("f0", ColumnKind.Float, true, "FLOAT")]),
            [.. Enumerable.Range(0, shards).Select(i => new Shard(i, [new RowGroupRange(0, i, i + 1)], rowsPerShard))],
            ScoringJob.DefaultUnitRows, Partitions, new Dictionary<string, BinEdges>(), chosen, []);
    }

    /// <summary>What a shard's worker has done after a step: files as it writes them, and a profile for each feature.</summary>
    public static Checkpoint Done(Lease lease, int step, int steps, long rows, int units)
    {
        var done = rows * step / steps;
        return new Checkpoint(step * units, new RowCounts(done, done, 0, 0),
            [.. Enumerable.Range(0, step * FilesPerCheckpoint).Select(i => new Artifact(
                string.Create(CultureInfo.InvariantCulture,
                    $"runs/{lease.Run}/output/shard-{lease.ShardIndex:00000}-unit-{i:000000}-fence-{lease.Fence}.parquet"),
                ArtifactKind.Output, 1 << 24, 42, rows / steps))],
            [.. Enumerable.Range(0, Features).Select(i => new ColumnProfile(new BinEdges($"f{i}", [.. Enumerable.Range(0, 9).Select(e => (float)e)], []), false,
                [.. Enumerable.Range(0, 10).Select(b => done / 10)], 0, 0, 9, done, done))]);
    }
}
