using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Scheduler.Tests.Workers;

/// <summary>The life of child processes, played by a shell: what a real worker does in one is the worker loop's matter.</summary>
public sealed class LocalProcessWorkersTests
{
    [Fact]
    public async Task Run_ChildrenThatDie_AreReplacedWithinTheBoundAndPaidFor()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var names = new List<string>();

        var running = RunAsync(world, plan, "exit 137", names, LeasePolicy.Default with { MaxWorkerRestarts = 2 });
        await world.Clock.PassAsync(LeasePolicy.Default.MinWait, running);

        Assert.Equal(["here-c0.0", "here-c0.1", "here-c0.2"], names);
        var lost = (await world.Decisions.ListAsync(plan.Run, World.Stop)).Where(d => d.Subject == DecisionSubject.WorkerLost).ToList();
        Assert.Equal(3, lost.Count);
        Assert.All(lost, d => Assert.Contains("exit code 137", d.Reason, StringComparison.Ordinal));
        Assert.Equal(names, (await world.Usage.ListAsync(plan.Run, World.Stop)).Select(u => u.Subject).Order(StringComparer.Ordinal));
    }

    // Waiting for the lease of a process that is known to be dead cost half a minute.
    [Fact]
    public async Task Run_ChildThatDiesWithALease_LeavesItsShardFreeAtOnce()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var held = Assert.IsType<LeaseOutcome.Granted>(await world.Claims.TryAcquireAsync(plan.Run, "here-c0.0", TimeSpan.FromHours(1), World.Stop));

        await RunAsync(world, plan, "exit 137", [], LeasePolicy.Default with { MaxWorkerRestarts = 0 });

        var next = Assert.IsType<LeaseOutcome.Granted>(await world.Claims.TryAcquireAsync(plan.Run, "another", TimeSpan.FromHours(1), World.Stop));
        Assert.Equal(held.Lease.ShardIndex, next.Lease.ShardIndex);
        Assert.True(next.TakenOver);
    }

    [Fact]
    public async Task Run_ChildThatEndsWell_IsNotReplaced()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var names = new List<string>();

        await RunAsync(world, plan, "exit 0", names, LeasePolicy.Default);

        Assert.Single(names);
        Assert.Empty(await world.Decisions.ListAsync(plan.Run, World.Stop));
    }

    [Fact]
    public async Task Run_ClosedRun_DoesNotReplaceADeadChild()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await OpenedRuns.MoveAsync(world.Database, plan.Run, RunState.Scoring, RunState.Cancelled, World.Stop);
        var names = new List<string>();

        await RunAsync(world, plan, "exit 1", names, LeasePolicy.Default);

        Assert.Single(names);
    }

    [Fact]
    public async Task Run_AskedToLeave_ClosesTheChildsInputAndWaitsForIt()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        using var notice = new CancellationTokenSource();
        var names = new List<string>();
        var running = RunAsync(world, plan, "cat >/dev/null; exit 0", names, LeasePolicy.Default with { DrainGrace = TimeSpan.FromMinutes(10) }, notice);

        await notice.CancelAsync();
        await running;

        Assert.Empty(await world.Decisions.ListAsync(plan.Run, World.Stop));
    }

    [Fact]
    public async Task Run_ChildThatIgnoresTheNotice_IsKilledAfterTheGrace()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        using var notice = new CancellationTokenSource();
        var running = RunAsync(world, plan, "while :; do sleep 1; done", [], LeasePolicy.Default, notice);

        await notice.CancelAsync();
        await world.Clock.PassAsync(LeasePolicy.Default.DrainGrace * 2, running);

        Assert.Contains(await world.Decisions.ListAsync(plan.Run, World.Stop), d => d.Choice.Contains("not replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_JobOfChildProcessesWithoutThem_FailsTheRunWithTheRemedy()
    {
        await using var world = await World.CreateAsync();
        world.Job = world.Job with { WorkerMode = WorkerMode.ChildProcess };

        Assert.Contains("workerMode: inProcess", Assert.IsType<RunOutcome.Failed>(await world.RunAsync()).Reason, StringComparison.Ordinal);
    }

    private static Task RunAsync(World world, RunPlan plan, string script, List<string> names, LeasePolicy policy, CancellationTokenSource? notice = null)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("NeedsShell: the children of this test are shell scripts.");
        var fleet = new LocalProcessWorkers(world.WorkersWith(SilentRunLog.Instance), policy, "here", (_, name) =>
        {
            lock (names)
                names.Add(name);
            world.Clock.Advance(TimeSpan.FromSeconds(1)); // Its life takes time, which is paid for.
            return new ProcessStartInfo("/bin/sh", ["-c", script]);
        });
        return fleet.RunAsync(plan, new ProgressBoard(), notice?.Token ?? CancellationToken.None, World.Stop);
    }
}
