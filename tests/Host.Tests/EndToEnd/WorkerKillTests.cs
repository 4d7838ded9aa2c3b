using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class WorkerKillTests(KillStage stage)
{
    private const int Kills = 50;
    private const int KillsPerRun = 13;
    private const int MaxRuns = 30;

    [Fact]
    public async Task Run_WithWorkersKilledAtFiftyRandomPoints_EqualsTheUninterruptedRun()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: workers are found in /proc.");
        var ct = TestContext.Current.CancellationToken;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var kills = 0;
        await using var engine = await stage.OpenAsync("workers", ct);
        var job = stage.Job("workers", WorkerMode.ChildProcess);
        var (mourned, takenOver) = (0, 0);
        for (var night = 0; kills < Kills; night++)
        {
            Assert.True(night < MaxRuns, $"seed {seed}: only {kills} kills in {night} runs");
            var run = new RunId(job.Name, KillStage.Night(night));
            var running = engine.Jobs.RunAsync(job, run, null, ct, full: true); // so that every night has rows to be killed over
            var killer = new WorkerKiller(random, async () =>
                [.. (await new ClaimStore(engine.Database).ProgressAsync(run, ct))
                    .Where(s => s.State == ShardState.Leased && (s.Counts.Read > 0 || random.Next(8) == 0))
                .Select(s => s.Worker!)]);
            await killer.KillUntilAsync(Math.Min(Kills - kills, KillsPerRun), run.ToString(), running);
            kills += killer.Kills;
            var when = $"seed {seed}, {run}, after {kills} kills";
            var outcome = await running;
            Assert.True(outcome is RunOutcome.Published, $"{when}: {outcome}");
            stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, ct), when);
            var lost = (await new DecisionStore(engine.Database).ListAsync(run, ct)).Where(d => d.Subject == DecisionSubject.WorkerLost).ToList();
            mourned += lost.Count(d => d.Reason.Contains("exit code 137", StringComparison.Ordinal));
            takenOver += lost.Count(d => d.Choice.Contains("taken over", StringComparison.Ordinal));
        }
        TestContext.Current.SendDiagnosticMessage($"seed {seed}: {kills} kills, {mourned} workers mourned, {takenOver} shards taken over");
        Assert.InRange(mourned, 1, Kills);
        Assert.InRange(takenOver, Kills / 5, Kills);
        await ProvedBooks.MustBeAsync(engine, $"seed {seed}", ct);
        await MustHaveNoOrphanAfterSweepAsync(engine, ct);
    }

    internal static async Task MustHaveNoOrphanAfterSweepAsync(Engine engine, CancellationToken ct)
    {
        var named = new NamedBlobs(engine.Database);
        var sweeper = new BlobSweeper(engine.Blobs, TimeProvider.System);
        var swept = await sweeper.SweepAsync([""], named.AmongAsync, TimeSpan.Zero, ct);
        TestContext.Current.SendDiagnosticMessage($"{swept.Removed.Count} orphans, {swept.RemovedTemporaries} temporaries, {swept.Spared} spared");
        Assert.Equal(0, swept.Spared);
        var left = new List<string>();
        await foreach (var blob in engine.Blobs.ListAsync("", ct))
            left.Add(blob.Name);
        Assert.Equal((await engine.Database.AllBlobNamesAsync(ct)).Order(StringComparer.Ordinal), left);
        Assert.Equal(0, (await sweeper.SweepAsync([""], named.AmongAsync, TimeSpan.Zero, ct)).RemovedTemporaries);
        Assert.DoesNotContain(Directory.EnumerateFiles(engine.Configuration.Blobs, "*", SearchOption.AllDirectories), f =>
            f.Contains(".uncommitted", StringComparison.Ordinal));
    }
}
