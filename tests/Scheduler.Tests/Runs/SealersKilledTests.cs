using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Runs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>
/// A night is copied, database and blobs, between any two durable writes while several sealers work on it, and another process goes on from each copy: as
/// after a kill, no code of the first runs any more, and its units are still leased. Nobody moves the clock: the first is proven dead, so nothing is waited
/// for.
/// </summary>
public sealed class SealersKilledTests
{
    private const int Partitions = 8;
    private const int Keys = 30;
    private static readonly DateTimeOffset s_now = Samples.Night.AddMinutes(1);
    private readonly Lock _lock = new();
    private readonly List<string> _copies = [];
    private string _last = "";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Sealing_KilledBetweenAnyTwoWrites_IsFinishedAtOnceWithTheSameBytesAndDecisions(int sealers)
    {
        using var folder = new TemporaryFolder();
        HeardClock? heard = null;
        await using var first = await World.CreateAsync(clock => heard = new HeardClock(clock));
        Prepare(first, "first");
        await first.OpenRunAsync(p => p with { PartitionCount = Partitions });
        var log = new PhaseLog(isSealing => heard!.Asked = isSealing ? () => Copy(first, folder.Path) : () => { });
        Assert.IsType<RunOutcome.Published>(await first.RunAsync(log, "first", change: s => s with { MaxSealers = sealers }));
        var (expected, decided) = (await first.PublishedAsync(), await DecidedAsync(first));
        Assert.NotEmpty(decided);

        Assert.InRange(_copies.Count, Partitions * 2, 200);
        for (var state = 0; state < _copies.Count; state++)
            await GoOnAsync(_copies[state], sealers, expected, decided, string.Create(CultureInfo.InvariantCulture, $"state {state} of {_copies.Count}"));
    }

    private static async Task GoOnAsync(string copy, int sealers, string expected, List<string> decided, string where)
    {
        await using var second = await World.OpenCopyAsync(copy, s_now);
        Prepare(second, "second");
        second.Processes!.Ended.Add("first");
        var recorded = (await second.Snapshots.SegmentsAsync(Samples.Run, World.Stop)).Select(s => s.Artifact.BlobName).ToList();

        var outcome = await second.RunAsync(holder: "second", change: s => s with { MaxSealers = sealers });

        Assert.True(outcome is RunOutcome.Published, $"{where}: {outcome}");
        Assert.True(s_now == second.Clock.GetUtcNow(), $"{where}: it waited");
        Assert.True(expected == await second.PublishedAsync(), $"{where}: other bytes");
        var sealedNow = (await second.Snapshots.SegmentsAsync(Samples.Run, World.Stop)).Select(s => s.Artifact.BlobName).ToList();
        Assert.True(recorded.All(sealedNow.Contains), $"{where}: a recorded partition was sealed again");
        Assert.True(decided.SequenceEqual(await DecidedAsync(second)), $"{where}: {string.Join(" | ", await DecidedAsync(second))}");
        Assert.True((await second.OrphansAsync()).Count == 0, $"{where}: orphans");
    }

    private static async Task<List<string>> DecidedAsync(World world) =>
        [.. (await world.Decisions.ListAsync(Samples.Run, World.Stop)).Where(d => d.Subject == DecisionSubject.DuplicateKeys)
            .Select(d => $"{d.Choice}: {d.Reason}").Order(StringComparer.Ordinal)];

    private static void Prepare(World world, string process)
    {
        world.Processes = new FakeProcesses(process);
        world.Job = world.Job with { DuplicateKeys = DuplicateKeyPolicy.LastWins };
        world.Scorer.KeyOf = row => row % Keys;
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
            _copies.Add(target);
            world.CopyTo(target);
        }
    }

    private sealed class PhaseLog(Action<bool> seals) : IRunLog
    {
        public void Write(RunEvent happened)
        {
            if (happened.Kind == RunEventKind.StateMoved)
                seals(happened.Subject == nameof(RunState.Sealing));
        }
    }
}
