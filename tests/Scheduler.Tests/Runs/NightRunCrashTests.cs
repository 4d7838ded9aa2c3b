using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>Dies after every single write of a night, resumes, and compares with the night that was left in peace.</summary>
public sealed class NightRunCrashTests
{
    private const int Partitions = 4;

    [Fact]
    public async Task Run_KilledAfterAnyWriteThenResumed_PublishesTheSameBytesAndRedoesAtMostTheUnitInFlight()
    {
        var (expected, boundaries) = await UndisturbedAsync();
        Assert.InRange(boundaries, 30, 500);
        for (var crashAt = 0; crashAt < boundaries; crashAt++)
        {
            await using var world = await World.CreateAsync();
            var dying = new CrashingLog(crashAt);
            await world.OpenRunAsync(p => p with { PartitionCount = Partitions });
            world.Scorer.Boundary = dying.Pass;
            await Assert.ThrowsAsync<SimulatedCrash>(() => world.RunAsync(dying, "first"));
            world.Scorer.Boundary = _ => { };
            world.Clock.Jump(TimeSpan.FromMinutes(5));

            var outcome = await world.RunAsync(holder: "second");

            var where = $"after boundary {crashAt}, {dying.CrashedAt}";
            Assert.True(outcome is RunOutcome.Published or RunOutcome.AlreadyEnded { Record.State: RunState.Published }, $"{outcome} {where}");
            Assert.True(expected == await world.PublishedAsync(), $"other bytes {where}");
            Assert.True(world.Scorer.Scored.Values.Sum(times => times - 1) <= 1, $"{world.Scorer.Scored.Values.Sum(times => times - 1)} units redone {where}");
            Assert.Equal(world.Scorer.Scored.Count, (await world.Receipts.ListAsync(Samples.Run, World.Stop)).Sum(r => r.Final.NextUnitIndex));
            if (outcome is RunOutcome.Published)
                Assert.True((await world.OrphansAsync()).Count == 0, $"orphans {where}");
        }
    }

    [Fact]
    public async Task Run_KilledTwiceInARow_StillPublishesTheSameBytes()
    {
        var (expected, boundaries) = await UndisturbedAsync();
        for (var crashAt = 3; crashAt < boundaries - 8; crashAt += 7)
        {
            await using var world = await World.CreateAsync();
            await world.OpenRunAsync(p => p with { PartitionCount = Partitions });
            foreach (var (name, at) in new[] { ("first", crashAt), ("second", 6) })
            {
                var dying = new CrashingLog(at);
                world.Scorer.Boundary = dying.Pass;
                await Assert.ThrowsAsync<SimulatedCrash>(() => world.RunAsync(dying, name));
                world.Clock.Jump(TimeSpan.FromMinutes(5));
            }
            world.Scorer.Boundary = _ => { };

            Assert.IsType<RunOutcome.Published>(await world.RunAsync(holder: "third"));
            Assert.True(expected == await world.PublishedAsync(), $"other bytes after boundaries {crashAt} and 6");
        }
    }

    private static async Task<(string Published, int Boundaries)> UndisturbedAsync()
    {
        await using var world = await World.CreateAsync();
        var log = new CrashingLog();
        await world.OpenRunAsync(p => p with { PartitionCount = Partitions });
        world.Scorer.Boundary = log.Pass;
        Assert.IsType<RunOutcome.Published>(await world.RunAsync(log));
        return (await world.PublishedAsync(), log.Count - 1);
    }
}
