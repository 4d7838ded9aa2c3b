using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Snapshots.Readers;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Scorer.Tests.Sharding;

public sealed class RowReuseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("linear", 5, 48, 12)]
    [InlineData("linear", 1, 0, 60)]
    [InlineData("linear", 60, 59, 1)]
    [InlineData("sigmoid", 7, 51, 9)]
    public async Task Shard_WithABase_WritesTheVeryFilesOfAFullRunAndScoresOnlyChangedRows(string model, int changedEvery, int reused, int scored)
    {
        using var before = await ShardFixture.CreateAsync(model);
        using var snapshot = await SnapshotOfAsync(before);
        using var now = await ShardFixture.CreateAsync(model, a: i => i % changedEvery == changedEvery / 2 ? 1_000 - i : i / 3f);
        var full = await FinishAsync(now, "full", null);
        var delta = await FinishAsync(now, "delta", snapshot);

        Assert.Equal(new RowCounts(60, 60, 0, 0), full.Counts);
        Assert.Equal(new RowCounts(60, scored, reused, 0), delta.Counts);
        Assert.Equal(Files(full), Files(delta));
    }

    [Fact]
    public async Task Shard_WithRejectedRows_CountsNoneOfThemAsReused()
    {
        using var before = await ShardFixture.CreateAsync(rejects: new RejectBudget(60, 1), badRow: 3);
        using var snapshot = await SnapshotOfAsync(before);
        using var now = await ShardFixture.CreateAsync(rejects: new RejectBudget(60, 1), badRow: 4);
        var full = await FinishAsync(now, "full", null);
        var delta = await FinishAsync(now, "delta", snapshot);

        Assert.Equal(new RowCounts(60, 1, 58, 1), delta.Counts);
        Assert.Equal(Files(full), Files(delta));
    }

    [Fact]
    public async Task Shard_OfACheapModel_ScoresWholeUnitsAndAsksTheBaseRarely()
    {
        using var before = await ShardFixture.CreateAsync();
        using var snapshot = await SnapshotOfAsync(before);
        var delta = await FinishAsync(before, "delta", snapshot, nanoseconds: 1);
        Assert.InRange(delta.Counts.Reused, 1, 20);
        Assert.True(delta.Counts.AddsUp);
    }

    [Fact]
    public async Task Shard_OfAModelWhoseRowsDependOnTheirBatch_TakesNoRowOver()
    {
        using var before = await ShardFixture.CreateAsync();
        using var snapshot = await SnapshotOfAsync(before);
        before.Model.Coupling = "the batch's mean";
        Assert.Equal(new RowCounts(60, 60, 0, 0), (await FinishAsync(before, "delta", snapshot)).Counts);
    }

    private static RunPlan Costly(ShardFixture fixture, double nanoseconds = 1_500) =>
        fixture.Plan with { Reuse = RunReuse.None("", Measured<double>.Of(nanoseconds)) };

    private static async Task<Checkpoint> FinishAsync(ShardFixture fixture, string store, SnapshotReader? snapshot, double nanoseconds = 1_500)
    {
        var work = fixture.Work(fixture.Blobs(store)) with { Plan = Costly(fixture, nanoseconds), Base = snapshot };
        return Assert.IsType<ShardEnding.Finished>(await ShardPass.RunAsync(work, new RecordedProgress(), Ct)).Receipt.Final;
    }

    private static async Task<SnapshotReader> SnapshotOfAsync(ShardFixture fixture)
    {
        var final = await FinishAsync(fixture, "base", null);
        var (plan, blobs) = (fixture.Plan, fixture.Blobs("base"));
        var sources = final.Artifacts.Where(a => a.Kind == ArtifactKind.RunFile).Select(a => RunFileSource.FromPath(blobs.FileOf(a.BlobName))).ToList();
        var segments = new List<SegmentInfo>();
        using var buffers = new SealBuffers();
        for (var partition = 0; partition < plan.PartitionCount; partition++)
        {
            var path = Path.Combine(fixture.Folder("base"), $"p{partition}.seg");
            using var file = new MemoryStream();
            var built = (SegmentOutcome.Built)SampleSnapshots.Build(
                new SegmentRequest([partition], plan.PartitionCount, KeyKind.Utf8, fixture.Model.Outputs.Count, sources, DuplicateKeyPolicy.Fail), file,
                    buffers);
            await File.WriteAllBytesAsync(path, file.ToArray(), Ct);
            segments.Add(new SegmentInfo(partition, new Artifact(path, ArtifactKind.Segment, built.Bytes, XxHash3.HashToUInt64(file.ToArray()), built.Keys),
                built.Keys));
        }
        var info = new SnapshotInfo(1, "churn", plan.Run, plan.Model, KeyKind.Utf8, fixture.Model.Outputs, plan.PartitionCount, plan.Run.ScheduledAt,
            plan.Run.ScheduledAt, segments);
        return SnapshotReader.Open(info, s => s.Artifact.BlobName, ct: Ct);
    }

    private static IEnumerable<(ArtifactKind, long, long, ulong)> Files(Checkpoint final) => final.Artifacts.Select(a => (a.Kind, a.Rows, a.Bytes, a.Checksum));
}
