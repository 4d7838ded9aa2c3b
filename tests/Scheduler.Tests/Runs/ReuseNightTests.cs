using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>A second night over files of which some are unchanged.</summary>
public sealed class ReuseNightTests
{
    private static readonly DateTimeOffset Tomorrow = Samples.Night.AddDays(1);
    private static readonly RunId Second = new("churn", Tomorrow);

    [Fact]
    public async Task SecondNight_OverTheSameFiles_ScoresNothingAndServesTheSameSegments()
    {
        await using var world = await FirstNightAsync();
        var before = await world.Snapshots.CurrentAsync("churn", World.Stop);

        var outcome = await world.RunAsync(at: Tomorrow);

        var published = Assert.IsType<RunOutcome.Published>(outcome);
        Assert.Empty(world.Scorer.Scored);
        Assert.Equal(before!.Segments, published.Snapshot.Segments);
        Assert.NotEqual(before.Id, published.Snapshot.Id);
        Assert.Equal(new RowCounts(40, 0, 40, 0), await CountsAsync(world));
        Assert.Empty(await world.OrphansAsync());
    }

    [Fact]
    public async Task ThirdNight_AfterACarriedOne_StillFindsEveryFile()
    {
        await using var world = await FirstNightAsync();
        await world.RunAsync(at: Tomorrow);
        world.Manifest = Grown();

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow.AddDays(1)));
        var (expected, _) = await FullAsync(Grown());
        Assert.Equal(expected, await world.PublishedAsync());
        Assert.Equal(5, (await world.Receipts.ListAsync(new RunId("churn", Tomorrow.AddDays(1)), World.Stop)).Sum(r => r.Final.Counts.Scored));
    }

    [Fact]
    public async Task SecondNight_KilledAfterAnyWriteThenResumed_PublishesWhatAFullRunPublishes()
    {
        var (expected, _) = await FullAsync(Grown());
        for (var crashAt = 0; ; crashAt++)
        {
            await using var world = await FirstNightAsync();
            world.Manifest = Grown();
            var dying = new CrashingLog(crashAt);
            world.Scorer.Boundary = dying.Pass;
            try
            {
                await world.RunAsync(dying, "first", at: Tomorrow);
                Assert.InRange(crashAt, 20, 200);
                return;
            }
            catch (SimulatedCrash)
            {
                world.Scorer.Boundary = _ => { };
                world.Clock.Jump(TimeSpan.FromMinutes(5));
            }

            var outcome = await world.RunAsync(holder: "second", at: Tomorrow);
            var where = $"after boundary {crashAt}, {dying.CrashedAt}";
            Assert.True(outcome is RunOutcome.Published or RunOutcome.AlreadyEnded { Record.State: RunState.Published }, $"{outcome} {where}");
            Assert.True(expected == await world.PublishedAsync(), $"other bytes {where}");
            Assert.Equal(new RowCounts(45, 5, 40, 0), await CountsAsync(world));
        }
    }

    [Fact]
    public async Task SecondNight_WithADamagedFileOfTheFirst_ScoresThatShardAgainAndSaysSo()
    {
        await using var world = await FirstNightAsync();
        var damaged = (await world.Receipts.ListAsync(Samples.Run, World.Stop))[1].Final.Artifacts[0];
        var path = world.Blobs.FileOf(damaged.BlobName);
        var bytes = await File.ReadAllBytesAsync(path, World.Stop);
        bytes[70] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, World.Stop);
        world.Manifest = Grown();

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        var (expected, _) = await FullAsync(Grown());
        Assert.Equal(expected, await world.PublishedAsync());
        Assert.Contains(await world.Decisions.ListAsync(Second, World.Stop), d =>
            d is { Subject: DecisionSubject.Reuse, Choice: "shard 1 is read and scored after all" }
                && d.Reason.Contains(damaged.BlobName, StringComparison.Ordinal));
        Assert.True((await CountsAsync(world)).Scored > 5);
    }

    [Fact]
    public async Task SecondNight_WithADamagedSegmentOfTheFirst_SealsItAgain()
    {
        await using var world = await FirstNightAsync();
        var expected = await world.PublishedAsync();
        var segment = (await world.Snapshots.CurrentAsync("churn", World.Stop))!.Segments[0].Artifact;
        var path = world.Blobs.FileOf(segment.BlobName);
        var bytes = await File.ReadAllBytesAsync(path, World.Stop);
        bytes[200] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, World.Stop);

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        Assert.Equal(expected, await world.PublishedAsync());
        Assert.Empty(world.Scorer.Scored);
        Assert.Contains(await world.Decisions.ListAsync(Second, World.Stop), d =>
            d.Subject == DecisionSubject.Reuse && d.Choice.Contains("sealed again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SecondNight_WithADamagedSegmentAndADamagedFileToSealItFrom_ScoresThatShardAndSealsAgain()
    {
        await using var world = await FirstNightAsync();
        var expected = await world.PublishedAsync();
        var segment = (await world.Snapshots.CurrentAsync("churn", World.Stop))!.Segments[0].Artifact;
        var file = (await world.Receipts.ListAsync(Samples.Run, World.Stop))[1].Final.Artifacts[0];
        foreach (var blob in new[] { segment.BlobName, file.BlobName })
        {
            var path = world.Blobs.FileOf(blob);
            var bytes = await File.ReadAllBytesAsync(path, World.Stop);
            bytes[^70] ^= 1;
            await File.WriteAllBytesAsync(path, bytes, World.Stop);
        }

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        Assert.Equal(expected, await world.PublishedAsync());
        var counts = await CountsAsync(world);
        Assert.True(counts.Scored is > 0 and < 40 && counts.Reused == 40 - counts.Scored, $"{counts}");
        Assert.Contains(await world.Decisions.ListAsync(Second, World.Stop), d =>
            d is { Subject: DecisionSubject.Reuse, Choice: "shard 1 is read and scored after all" }
                && d.Reason.Contains(file.BlobName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SecondNight_WithAMissingFileOfTheFirst_ScoresThatShardAndKeepsTheSegmentsAllTheSame()
    {
        await using var world = await FirstNightAsync();
        var before = await world.Snapshots.CurrentAsync("churn", World.Stop);
        await world.Blobs.DeleteAsync((await world.Receipts.ListAsync(Samples.Run, World.Stop))[1].Final.Artifacts[0].BlobName, World.Stop);

        var published = Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        Assert.Equal(before!.Segments, published.Snapshot.Segments);
        var counts = await CountsAsync(world);
        Assert.True(counts.Scored is > 0 and < 40 && counts.Reused == 40 - counts.Scored, $"{counts}");
    }

    [Fact]
    public async Task SecondNight_WithAMissingSegmentOfTheFirst_ScoresEverything()
    {
        await using var world = await FirstNightAsync();
        var segment = (await world.Snapshots.CurrentAsync("churn", World.Stop))!.Segments[0].Artifact;
        await world.Blobs.DeleteAsync(segment.BlobName, World.Stop);

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        Assert.Equal(new RowCounts(40, 40, 0, 0), await CountsAsync(world));
        Assert.Contains(await world.Decisions.ListAsync(Second, World.Stop), d =>
            d is { Subject: DecisionSubject.Reuse, Choice: "every row is scored" } && d.Reason.Contains(segment.BlobName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ThirdNight_AfterARollback_TakesOverFromWhatServesNow()
    {
        await using var world = await FirstNightAsync();
        world.Manifest = Grown();
        await world.RunAsync(at: Tomorrow);
        await world.Snapshots.RollbackAsync("churn", new ByHand("ada", "a test"), World.Stop);

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow.AddDays(1)));
        var plan = await world.Runs.PlanAsync(new RunId("churn", Tomorrow.AddDays(1)), World.Stop);
        Assert.Equal(Samples.Run, plan!.Reuse.Base);
    }

    [Fact]
    public async Task SecondNight_OfAFullRun_ScoresEverything()
    {
        await using var world = await FirstNightAsync();
        world.Job = world.Job with { ReusesUnchanged = false };

        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        Assert.Equal(new RowCounts(40, 40, 0, 0), await CountsAsync(world));
    }

    private static InputManifest Grown() => Samples.Manifest([10, 6, 9], [8, 7], [5]);

    private static async Task<World> FirstNightAsync()
    {
        var world = await World.CreateAsync();
        world.Arithmetic = "fake";
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
        world.Scorer.Scored.Clear();
        return world;
    }

    private static async Task<(string Published, RowCounts Counts)> FullAsync(InputManifest manifest)
    {
        await using var world = await World.CreateAsync();
        world.Manifest = manifest;
        Assert.IsType<RunOutcome.Published>(await world.RunAsync(at: Tomorrow));
        return (await world.PublishedAsync(), await CountsAsync(world));
    }

    private static async Task<RowCounts> CountsAsync(World world) =>
        (await world.Receipts.ListAsync(Second, World.Stop)).Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
}
