using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Runs that are planned and open, and that nobody works on.</summary>
internal static class OpenedNight
{
    /// <summary>Plans and opens a run as its coordinator would.</summary>
    public static async Task<RunPlan> OpenAsync(Engine engine, ScoringJob job, RunId run, RunTerms? terms = null)
    {
        var ct = TestContext.Current.CancellationToken;
        var plan = Assert.IsType<PlanOutcome.Planned>(await engine.Jobs.PlanAsync(job, run, ct)).Plan;
        await engine.Registry.FromFiles.KeepAsync(plan.Model, plan.ModelArtifact, [], ct);
        await new RunStore(engine.Database).CreateAsync(plan, ct, terms);
        await OpenedRuns.OpenAsync(engine.Database, run, ct);
        return plan;
    }

    /// <summary>Waits until the shards of a run are as wished.</summary>
    public static async Task<IReadOnlyList<ShardProgress>> WaitAsync(Engine engine, RunId run, Process worker, Func<IReadOnlyList<ShardProgress>, bool> until)
    {
        var ct = TestContext.Current.CancellationToken;
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var shards = await new ClaimStore(engine.Database).ProgressAsync(run, ct);
            if (until(shards))
                return shards;
            Assert.False(worker.HasExited, $"the worker ended: {(worker.HasExited ? await worker.StandardError.ReadToEndAsync(ct) : "")}");
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), string.Join(", ", shards.Select(s => s.State)));
            await Task.Delay(20, ct);
        }
    }

    /// <summary>Sends a signal, as systemd or Kubernetes do.</summary>
    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
