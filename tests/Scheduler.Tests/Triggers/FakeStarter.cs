using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Notes every start and what is told of it; each run ends when the test lets it.</summary>
internal sealed class FakeStarter : IRunStarter, INightListener
{
    private readonly SemaphoreSlim _started = new(0);

    public ConcurrentQueue<(string Job, DateTimeOffset At)> Started { get; } = new();

    /// <summary>Ends a run; at once when the test says nothing.</summary>
    public Func<DateTimeOffset, CancellationToken, Task<RunOutcome?>> Ending { get; set; } = (_, _) => Task.FromResult<RunOutcome?>(null);

    public async Task<RunOutcome> StartAsync(ScoringJob job, DateTimeOffset scheduledAt, CancellationToken drain)
    {
        Started.Enqueue((job.Name, scheduledAt));
        _started.Release();
        return await Ending(scheduledAt, drain) ?? new RunOutcome.Cancelled(new RunId(job.Name, scheduledAt), "fake");
    }

    /// <summary>Waits for one more start.</summary>
    public async Task NextAsync(int starts = 1)
    {
        for (var i = 0; i < starts; i++)
            Assert.True(await _started.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), "no start came");
    }

    /// <summary>Whether one more start comes within the time.</summary>
    public Task<bool> TryNextAsync(TimeSpan within) => _started.WaitAsync(within, TestContext.Current.CancellationToken);

    /// <summary>"ended RUN OUTCOME", "not started RUN: REASON (until INSTANT)", "trouble JOB: WHAT", in the order told.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public Task EndedAsync(RunId run, RunOutcome outcome, CancellationToken ct) => Tell($"ended {run} {outcome.GetType().Name}");

    public Task NotStartedAsync(RunId run, string reason, DateTimeOffset? retryUntil, CancellationToken ct) =>
        Tell($"not started {run}: {reason} ({(retryUntil is { } until ? $"until {until:HH:mm}" : "given up")})");

    public void Troubled(string job, string what) => Tell($"trouble {job}: {what}");

    private Task Tell(string what)
    {
        Told.Enqueue(what);
        return Task.CompletedTask;
    }
}
