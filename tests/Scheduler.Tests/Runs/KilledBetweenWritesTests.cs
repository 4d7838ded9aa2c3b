using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>
/// A night is copied, database and blobs, between any two of its durable writes, and another process goes on from each copy: as after a kill, no code of the
/// first runs any more, and lead and leases are still its own. Nobody moves the clock: the first is proven dead, so nothing is waited for.
/// </summary>
public sealed class KilledBetweenWritesTests
{
    private const int MaxStates = 400;
    private static readonly DateTimeOffset s_now = Samples.Night.AddMinutes(1);
    private readonly Lock _lock = new();
    private readonly List<(string Folder, int UnitsScored)> _copies = [];
    private string _last = "";

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task Run_KilledBetweenAnyTwoWrites_IsFinishedAtOnceWithTheSameBytes(int workers, int night)
    {
        using var folder = new TemporaryFolder();
        HeardClock? heard = null;
        await using var first = await World.CreateAsync(clock => heard = new HeardClock(clock));
        Prepare(first, "first", workers);
        var at = Samples.Night.AddDays(night - 1);
        if (night > 1)
        {
            await first.RunAsync(holder: "first");
            first.Manifest = Grown();
            first.Scorer.Scored.Clear();
        }
        heard!.Asked = () => Copy(first, folder.Path);
        first.Scorer.Boundary = _ => Copy(first, folder.Path);
        Assert.IsType<RunOutcome.Published>(await first.RunAsync(holder: "first", at: at));
        (heard.Asked, first.Scorer.Boundary) = (() => { }, _ => { });
        var (expected, units) = (await first.PublishedAsync(), first.Scorer.Scored.Count);

        Assert.InRange(_copies.Count, 25, MaxStates);
        for (var state = 0; state < _copies.Count; state++)
            await GoOnAsync(state, workers, at, expected, units);
    }

    private async Task GoOnAsync(int state, int workers, DateTimeOffset at, string expected, int units)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"state {state} of {_copies.Count}");
        await using var second = await World.OpenCopyAsync(_copies[state].Folder, s_now);
        Prepare(second, "second", workers);
        second.Processes!.Ended.Add("first");
        second.Manifest = at == Samples.Night ? second.Manifest : Grown();
        var run = new RunId(second.Job.Name, at);
        await MustHoldAsync(second, run, where);

        var outcome = await second.RunAsync(holder: "second", at: at);

        Assert.True(outcome is RunOutcome.Published or RunOutcome.AlreadyEnded { Record.State: RunState.Published }, $"{where}: {outcome}");
        Assert.True(s_now == second.Clock.GetUtcNow(), $"{where}: it waited");
        Assert.True(expected == await second.PublishedAsync(), $"{where}: other bytes");
        var redone = _copies[state].UnitsScored + second.Scorer.Scored.Values.Sum() - units;
        Assert.True(redone <= workers, $"{where}: {redone} units scored again by {workers} workers");
        await MustHoldAsync(second, run, where);
        var decisions = (await second.Decisions.ListAsync(run, World.Stop)).Count(d => d.Subject == DecisionSubject.Publish);
        Assert.True(decisions == 1, $"{where}: {decisions} decisions to publish");
        if (outcome is RunOutcome.Published)
            Assert.True((await second.OrphansAsync()).Count == 0, $"{where}: orphans");
    }

    // True at every moment: at most one receipt a shard, which adds up (I1), and what serves is complete, its run published, decided and under its contract
    // (I2, I3, I10).
    private static async Task MustHoldAsync(World world, RunId run, string where)
    {
        var receipts = await world.Receipts.ListAsync(run, World.Stop);
        Assert.True(receipts.Select(r => r.ShardIndex).Distinct().Count() == receipts.Count, $"{where}: two receipts of a shard");
        Assert.All(receipts, r => Assert.True(r.Final.Counts.AddsUp, where));
        Assert.All(await world.Claims.ProgressAsync(run, World.Stop), s => Assert.True(s.State == ShardState.Done || s.Counts.Read <= s.Rows, where));
        if (await world.Snapshots.CurrentAsync("churn", World.Stop) is not { } current)
            return;
        Assert.True((await world.Runs.FindAsync(current.Run, World.Stop))!.State == RunState.Published, $"{where}: serves a run that is not published");
        var plan = (await world.Runs.PlanAsync(current.Run, World.Stop))!;
        var total = (await world.Receipts.ListAsync(current.Run, World.Stop)).Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        Assert.True(total.AddsUp && total.Read == plan.Manifest.Rows, $"{where}: serves {total} of {plan.Manifest.Rows} rows");
        foreach (var segment in current.Segments)
            await world.Blobs.VerifyAsync(segment.Artifact.BlobName, segment.Artifact.Bytes, segment.Artifact.Checksum, World.Stop);
        Assert.True((await world.Decisions.ListAsync(current.Run, World.Stop)).Any(d => d.Subject == DecisionSubject.Publish), $"{where}: no decision");
        Assert.True((await world.Snapshots.ContractsAsync(World.Stop)).Any(c => c.Contract == plan.Job.Serving), $"{where}: another contract");
    }

    private static InputManifest Grown() => Samples.Manifest([10, 6, 9], [8, 7], [5]);

    private static void Prepare(World world, string process, int workers)
    {
        world.Processes = new FakeProcesses(process);
        world.Arithmetic = "one";
        world.Job = world.Job with { Workers = workers };
    }

    // Reads leave the disk as it is, so most of the moments are the one before.
    private void Copy(World world, string folder)
    {
        lock (_lock)
        {
            var files = new DirectoryInfo(world.Folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(f => !f.Name.EndsWith("-shm", StringComparison.Ordinal)).OrderBy(f => f.FullName, StringComparer.Ordinal)
                .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}"));
            var now = string.Join('\n', files);
            if (now == _last)
                return;
            _last = now;
            var target = Path.Combine(folder, _copies.Count.ToString(CultureInfo.InvariantCulture));
            _copies.Add((target, world.Scorer.Scored.Values.Sum()));
            world.CopyTo(target);
        }
    }
}
