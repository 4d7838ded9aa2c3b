using System.Diagnostics;

namespace BatchEngine.Scheduler.Tests;

/// <summary>A clock that runs faster than the wall's and can be set forward, so that tests of leases neither sleep nor wait.</summary>
internal sealed class ScaledClock(DateTimeOffset start, double scale) : TimeProvider
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _jumpedTicks;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumpedTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => start + (Stopwatch.GetElapsedTime(_started) * scale) + TimeSpan.FromTicks(Interlocked.Read(ref _jumpedTicks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ScaledTimer(base.CreateTimer(callback, state, Scale(dueTime), Scale(period)), Scale);

    private TimeSpan Scale(TimeSpan time) =>
        time <= TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, (long)(time.Ticks / scale)));

    private sealed class ScaledTimer(ITimer timer, Func<TimeSpan, TimeSpan> scale) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(scale(dueTime), scale(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
