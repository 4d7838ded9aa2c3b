using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>A clock that only the test moves, and that tells when somebody began to wait on it, so that no test moves it too early.</summary>
internal sealed class TimersSeenClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly SemaphoreSlim _timers = new(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Release();
        return timer;
    }

    /// <summary>Waits until one more timer runs.</summary>
    public async Task TimerAsync(CancellationToken ct) =>
        Assert.True(await _timers.WaitAsync(TimeSpan.FromSeconds(60), ct), "nobody waited on the clock");
}
