using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Retention;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;
using CsCheck;

namespace BatchEngine.Scheduler.Tests.Retention;

/// <summary>Made-up histories of nights, failures, roll-backs and days that pass, with passes of retention in between, some of them killed: whatever is named
/// is there, what serves is whole, roll-backs work, and the next night makes what it would have made anyway.</summary>
public sealed class RetentionPassTests
{
    private const int KeepSnapshots = 2;
    private static readonly ByHand s_by = new("a test", "to see");

    private static readonly RetentionRules s_rules = new(new Dictionary<RetentionKind, TimeSpan>
    {
        [RetentionKind.RunFiles] = TimeSpan.FromDays(2),
        [RetentionKind.Outputs] = TimeSpan.FromDays(3),
        [RetentionKind.DeadLetters] = TimeSpan.FromDays(3),
        [RetentionKind.Snapshots] = TimeSpan.FromDays(4),
        [RetentionKind.Profiles] = TimeSpan.FromDays(5),
        [RetentionKind.Runs] = TimeSpan.FromDays(6),
        [RetentionKind.Decisions] = TimeSpan.FromDays(6),
        [RetentionKind.UnstartedRuns] = TimeSpan.FromDays(6),
        [RetentionKind.Answers] = TimeSpan.FromDays(6),
        [RetentionKind.Workers] = TimeSpan.FromDays(6),
    }, KeepSnapshots);

    private enum Step
    {
        GrownNight,
        SameNight,
        FailedNight,
        HeldNight,
        ResumeFailed,
        RollBack,
        PublishAnother,
        DaysPass,
        Pass,
        KilledPass,
    }

    [Fact]
    public async Task History_WithPassesInBetween_KeepsEveryPromise() =>
        await Gen.Select(Gen.Enum<Step>(), Gen.Int[1, 60]).Array[8, 30].SampleAsync(async steps =>
        {
            HeardClock? heard = null;
            await using var world = await World.CreateAsync(clock => heard = new HeardClock(clock));
            world.Arithmetic = "one";
            var history = new Nights(world);
            await history.NightAsync();
            foreach (var (step, number) in steps)
            {
                switch (step)
                {
                    case Step.GrownNight:
                        history.Files++;
                        await history.NightAsync();
                        break;
                    case Step.SameNight:
                        await history.NightAsync();
                        break;
                    case Step.FailedNight:
                        await history.FailedNightAsync();
                        break;
                    case Step.HeldNight:
                        await history.HeldNightAsync();
                        break;
                    case Step.ResumeFailed:
                        await history.ResumeAsync();
                        break;
                    case Step.RollBack:
                        await RollBackAsync(world);
                        break;
                    case Step.PublishAnother:
                        await PublishAsync(world, number);
                        break;
                    case Step.DaysPass:
                        world.Clock.Jump(TimeSpan.FromDays(1 + (number % 3)));
                        break;
                    case Step.Pass:
                        // What a failed run had held goes in the pass after the one that let the run go.
                        for (var pass = 0; pass < 3; pass++)
                            await PassOver(world).ApplyAsync(World.Stop);
                        Assert.Empty(await world.OrphansAsync());
                        Assert.All(await PassOver(world).PlanAsync(World.Stop), line => Assert.Equal(0, line.Count));
                        break;
                    default:
                        await KilledPassAsync(world, heard!, number);
                        break;
                }
                await MustHoldAsync(world, $"{step}");
            }
            await history.NightAsync();
            await MustHoldAsync(world, "the end");
            Assert.Equal(await history.ExpectedAsync(), await world.PublishedAsync());
        }, iter: 15, threads: 1);

    [Fact]
    public async Task Nights_ThatCarryOverAndAge_LeaveOnlyTheirLinesAndWhatLaterOnesName()
    {
        await using var world = await World.CreateAsync();
        world.Arithmetic = "one";
        var history = new Nights(world);
        for (var night = 0; night < 20; night++)
        {
            history.Files++;
            await history.NightAsync();
        }
        var planned = await PassOver(world).PlanAsync(World.Stop);
        var went = await PassOver(world).ApplyAsync(World.Stop);

        Assert.Equal(planned.Single(l => l.Kind == RetentionKind.RunFiles).Count, went.Single(l => l.Kind == RetentionKind.RunFiles).Count);
        Assert.Equal(0, went.Single(l => l.Kind == RetentionKind.RunFiles).Bytes); // The night that serves carries them all.
        Assert.True(went.Sum(l => l.Bytes) > 0);
        Assert.True(went.Single(l => l.Kind == RetentionKind.Snapshots).Count > 10);
        Assert.True(went.Single(l => l.Kind == RetentionKind.Runs).Count > 5);
        var first = new RunId(world.Job.Name, Samples.Night);
        Assert.Equal(RunState.Published, (await world.Runs.FindAsync(first, World.Stop))!.State);
        Assert.Null(await world.Runs.PlanAsync(first, World.Stop));
        Assert.Empty(await world.Receipts.ListAsync(first, World.Stop));
        Assert.Contains(RetentionKind.Runs, (await world.Runs.RetiredPartsAsync(first, World.Stop)).Keys);
        Assert.Contains(await world.Decisions.ListAsync(null, World.Stop), d => d.Subject == DecisionSubject.Retention);
        await MustHoldAsync(world, "after twenty nights");
        await history.NightAsync();
        Assert.Equal(await history.ExpectedAsync(), await world.PublishedAsync());
        await Assert.ThrowsAsync<BadInputException>(() => world.Snapshots.PublishAsync(1, s_by, World.Stop));
    }

    private static RetentionPass PassOver(World world) =>
        new(world.Database, RunStores.Over(world.Database, world.Blobs), s_rules, _ => s_rules, world.Clock);

    private static async Task KilledPassAsync(World world, HeardClock heard, int number)
    {
        var left = number;
        heard.Asked = () =>
        {
            if (--left == 0)
                throw new SimulatedCrash("a pass");
        };
        try
        {
            await PassOver(world).ApplyAsync(World.Stop);
        }
        catch (SimulatedCrash)
        {
            // The next pass goes on.
        }
        heard.Asked = () => { };
    }

    private static async Task RollBackAsync(World world)
    {
        var before = await world.Snapshots.ServedBeforeAsync("churn", KeepSnapshots - 1, World.Stop);
        try
        {
            var now = await world.Snapshots.RollbackAsync("churn", s_by, World.Stop);
            Assert.Equal(before.Count > 0 ? before[0].Id : null, now?.Id);
        }
        catch (BadInputException retired)
        {
            Assert.Contains("retired", retired.Message, StringComparison.Ordinal);
            Assert.Empty(before);
        }
    }

    private static async Task PublishAsync(World world, int number)
    {
        var all = await world.Snapshots.ListAsync("churn", 100, World.Stop);
        var chosen = all[number % all.Count].Snapshot;
        try
        {
            await world.Snapshots.PublishAsync(chosen.Id, s_by, World.Stop);
            Assert.NotEmpty(chosen.Segments);
        }
        catch (BadInputException)
        {
            // It was retired, or failed.
        }
    }

    private static async Task MustHoldAsync(World world, string where)
    {
        foreach (var name in await world.Database.AllBlobNamesAsync(World.Stop))
            Assert.True(await world.Blobs.LengthAsync(name, World.Stop) is not null, $"{where}: {name} is named and missing");
        var current = (await world.Snapshots.CurrentAsync("churn", World.Stop))!;
        Assert.True(current.Segments.Count == current.PartitionCount, $"{where}: {current.Segments.Count} segments serve");
        foreach (var snapshot in await world.Snapshots.ListAsync("churn", 100, World.Stop))
        {
            Assert.True(snapshot.Snapshot.Segments.Count == 0 || snapshot.Snapshot.Segments.Count == snapshot.Snapshot.PartitionCount, $"{where}: a part");
            foreach (var segment in snapshot.Snapshot.Segments)
                await world.Blobs.VerifyAsync(segment.Artifact.BlobName, segment.Artifact.Bytes, segment.Artifact.Checksum, World.Stop);
        }
        Assert.True(await world.Runs.PlanAsync(current.Run, World.Stop) is not null, $"{where}: the run that serves has no plan");
    }

    private sealed class Nights(World world)
    {
        private readonly List<DateTimeOffset> _failed = [];
        private int _day;

        public int Files { get; set; } = 2;

        public async Task NightAsync()
        {
            var outcome = await RunAsync(Next());
            Assert.True(outcome is RunOutcome.Published or RunOutcome.Completed, $"{outcome}");
        }

        public async Task FailedNightAsync()
        {
            world.AtJudging = _ => throw new CorruptDataException("a file", "nothing", "something");
            var at = Next();
            Assert.IsType<RunOutcome.Failed>(await RunAsync(at));
            _failed.Add(at);
            world.AtJudging = _ => Task.CompletedTask;
        }

        public async Task HeldNightAsync()
        {
            world.Verdict = new GateVerdict.Hold("a test", null);
            Assert.IsType<RunOutcome.Held>(await RunAsync(Next()));
            world.Verdict = new GateVerdict.Pass("nothing to say against it", null);
        }

        public async Task ResumeAsync()
        {
            if (_failed.Count == 0)
                return;
            var at = _failed[^1];
            _failed.RemoveAt(_failed.Count - 1);
            try
            {
                var outcome = await RunAsync(at);
                Assert.True(outcome is RunOutcome.Published or RunOutcome.Completed, $"{outcome}");
            }
            catch (BadInputException retired)
            {
                Assert.Contains("retired", retired.Message, StringComparison.Ordinal);
            }
        }

        public async Task<string> ExpectedAsync()
        {
            await using var full = await World.CreateAsync();
            full.Arithmetic = "one";
            full.Manifest = Manifest();
            Assert.IsType<RunOutcome.Published>(await full.RunAsync());
            return await full.PublishedAsync();
        }

        private Task<RunOutcome> RunAsync(DateTimeOffset at)
        {
            world.Manifest = Manifest();
            return world.RunAsync(at: at);
        }

        private DateTimeOffset Next()
        {
            world.Clock.Jump(TimeSpan.FromDays(1));
            return Samples.Night.AddDays(_day++);
        }

        private InputManifest Manifest() => Samples.Manifest([.. Enumerable.Range(0, Files).Select(i => new long[] { 4 + (i % 5), 3 })]);
    }
}
