using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Notes every start; each run ends when the test lets it.</summary>
internal sealed class FakeStarter : IRunStarter
{
    private readonly SemaphoreSlim _started = new(0);

    public ConcurrentQueue<(string Job, DateTimeOffset At)> Started { get; } = new();

    /// <summary>Ends a run; at once when the test says nothing.</summary>
    public Func<DateTimeOffset, CancellationToken, Task<RunOutcome?>> Ending { get; set; } = (_, _) => Task.FromResult<RunOutcome?>(null);

    public async Task<RunOutcome> StartAsync(ScoringJob job, DateTimeOffset scheduledAt, CancellationToken drain)
    {
        Started.Enqueue((job.Name, scheduledAt));
        _started.Release();
        return await Ending(scheduledAt, drain) ?? new RunOutcome.Refused(new RunId(job.Name, scheduledAt), PlanRefusal.NoRows, "fake");
    }

    /// <summary>Waits for one more start.</summary>
    public async Task NextAsync(int starts = 1)
    {
        for (var i = 0; i < starts; i++)
            Assert.True(await _started.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), "no start came");
    }
}
