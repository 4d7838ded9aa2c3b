using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.TestKit.Blobs;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>Nights that keep every segment of a store that is not on this machine.</summary>
public sealed class KeptElsewhereTests
{
    private const int Partitions = 16;
    private const int Share = 3; // a seventh of 16, rounded up

    [Fact]
    public async Task KeptNights_StoreElsewhere_ReadASampleEachAndAllWithinSeven()
    {
        await using var world = await ElsewhereAsync();
        var kept = await FirstAsync(world);
        var read = new HashSet<string>();
        for (var night = 1; night <= KeptSample.Nights; night++)
        {
            world.Elsewhere!.Forget();
            kept = await KeepAsync(world, kept, night);
            Assert.Equal(Partitions, kept.Segments.Count);
            Assert.Equal(Share, world.Elsewhere.Reads.Count);
            Assert.Contains(await world.Decisions.ListAsync(kept.Run, World.Stop), d =>
                d is { Subject: DecisionSubject.Reuse, Choice: "16 segments are kept, 3 of them read whole" });
            read.UnionWith(world.Elsewhere.Reads.Keys);
        }
        Assert.Equal(Partitions, read.Count);
    }

    [Fact]
    public async Task KeptNights_StoreIsAFolder_ReadEverySegmentEveryNight()
    {
        await using var world = await World.CreateAsync();
        var first = await FirstAsync(world);
        var path = world.Blobs.FileOf(first.Segments[^1].Artifact.BlobName);
        await File.WriteAllBytesAsync(path, new byte[100], World.Stop);
        var kept = await KeepAsync(world, first, 1);
        Assert.Equal(first.Segments.Take(Partitions - 1), kept.Segments);
    }

    [Fact]
    public async Task KeptNights_OneOfTheSampleLostBits_AllOthersAreReadTheSameNight()
    {
        await using var world = await ElsewhereAsync();
        var first = await FirstAsync(world);
        foreach (var bad in new[] { 0, Partitions - 1 })
            await File.WriteAllBytesAsync(world.Blobs.FileOf(first.Segments[bad].Artifact.BlobName), new byte[100], World.Stop);
        world.Elsewhere!.Forget();
        var kept = await KeepAsync(world, first, 1);
        Assert.Equal(first.Segments.Skip(1).Take(Partitions - 2), kept.Segments);
        Assert.Equal(Partitions, world.Elsewhere.Reads.Count);
    }

    [Fact]
    public async Task KeptNights_ASegmentIsCut_IsNotKeptAndNotRead()
    {
        await using var world = await ElsewhereAsync();
        var first = await FirstAsync(world);
        await File.WriteAllBytesAsync(world.Blobs.FileOf(first.Segments[^1].Artifact.BlobName), new byte[99], World.Stop);
        world.Elsewhere!.Forget();
        Assert.Equal(Partitions - 1, (await KeepAsync(world, first, 1)).Segments.Count);
        Assert.Equal(Share, world.Elsewhere.Reads.Count);
    }

    private static async Task<World> ElsewhereAsync()
    {
        var world = await World.CreateAsync();
        world.Elsewhere = new ElsewhereBlobs(world.Blobs);
        return world;
    }

    private static async Task<SnapshotInfo> FirstAsync(World world)
    {
        var plan = await OpenAsync(world, 0, plan => plan);
        var segments = new List<SegmentInfo>();
        for (var p = 0; p < Partitions; p++)
        {
            await using var writer = await world.Blobs.CreateAsync($"runs/{plan.Run}/segments/p{p}", World.Stop);
            await writer.Content.WriteAsync(Enumerable.Repeat((byte)(p + 1), 100).ToArray(), World.Stop);
            var blob = await writer.CommitAsync(World.Stop);
            segments.Add(new SegmentInfo(p, new Artifact(blob.Name, ArtifactKind.Segment, blob.Bytes, blob.Checksum, 1), 1));
        }
        await world.Snapshots.RecordSegmentsAsync(await LeadAsync(world, plan), segments, World.Stop);
        return await SaveAsync(world, plan);
    }

    /// <summary>A night that keeps the segments of the one before; what it could not keep is missing.</summary>
    private static async Task<SnapshotInfo> KeepAsync(World world, SnapshotInfo before, int night)
    {
        var plan = await OpenAsync(world, night, plan => plan with
        {
            Reuse = plan.Reuse with { Base = before.Run, BaseSnapshot = before.Id, KeepsSegments = true },
        });
        var context = new RunContext(world.Services(SilentRunLog.Instance), new RunSettings("here", LeasePolicy.Default, null!, null), plan,
            await LeadAsync(world, plan), null);
        await KeptSegments.RecordAsync(context, World.Stop);
        return await SaveAsync(world, plan);
    }

    private static async Task<RunPlan> OpenAsync(World world, int night, Func<RunPlan, RunPlan> change)
    {
        var plan = change(Samples.Plan(Samples.Request(world.Manifest) with { Run = new RunId("churn", Samples.Night.AddDays(night)) })) with
        {
            PartitionCount = Partitions,
        };
        await world.Runs.CreateAsync(plan, World.Stop);
        await OpenedRuns.OpenAsync(world.Database, plan.Run, World.Stop);
        return plan;
    }

    private static Task<Lead> LeadAsync(World world, RunPlan plan) => OpenedRuns.LeadAsync(world.Database, plan.Run, World.Stop);

    // Whole snapshots are stored, so that the next night finds them; one that lacks a segment is only looked at.
    private static async Task<SnapshotInfo> SaveAsync(World world, RunPlan plan)
    {
        var segments = await world.Snapshots.SegmentsAsync(plan.Run, World.Stop);
        var snapshot = new SnapshotInfo(0, "churn", plan.Run, plan.Model, plan.KeyKind, plan.Outputs, Partitions, plan.Run.ScheduledAt,
            world.Clock.GetUtcNow(), segments);
        return segments.Count == Partitions ? await world.Snapshots.SaveAsync(await LeadAsync(world, plan), snapshot, World.Stop) : snapshot;
    }
}
