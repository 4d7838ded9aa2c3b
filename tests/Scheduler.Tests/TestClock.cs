using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Scheduler.Tests;

/// <summary>Time that stands still until a test moves it. A test can await the moment at which the code under test begins to wait, so that it neither sleeps
/// nor asks again and again.</summary>
internal sealed class TestClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    // Far longer than any test takes: what never waits fails the test instead of holding it for ever.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Begun)> _asked = [];

    /// <summary>Ends when somebody waits for exactly this long. Each wait is told once.</summary>
    public Task WaitOfAsync(TimeSpan due) => Ask(due).Task.WaitAsync(s_patience, TestContext.Current.CancellationToken);

    /// <summary>Lets time pass by this much each time that somebody waits for exactly this long, until the work is done.</summary>
    public async Task<T> PassAsync<T>(TimeSpan wait, Task<T> work)
    {
        while (!work.IsCompleted)
        {
            var begun = Ask(wait);
            var waited = begun.Task.WaitAsync(s_patience, TestContext.Current.CancellationToken);
            if (await Task.WhenAny(work, waited) == waited)
            {
                await waited;
                Advance(wait);
            }
            lock (_lock)
                _asked.Remove((wait, begun));
        }
        return await work;
    }

    /// <inheritdoc cref="PassAsync{T}(TimeSpan, Task{T})"/>
    public Task PassAsync(TimeSpan wait, Task work) => PassAsync(wait, DoneAsync(work));

    /// <summary>Sets the clock forward without a timer noticing, as when the whole process was stopped meanwhile.</summary>
    public void Jump(TimeSpan by) => AdjustTime(GetUtcNow() + by);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var waiting = new Waiting(this, base.CreateTimer(callback, state, dueTime, period));
        waiting.Begin(dueTime);
        return waiting;
    }

    private TaskCompletionSource Ask(TimeSpan due)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_waiting.FirstOrDefault(w => w.Due == due && !w.IsTold) is not { } there)
            {
                _asked.Add((due, begun));
                return begun;
            }
            there.IsTold = true;
        }
        begun.SetResult();
        return begun;
    }

    private static async Task<bool> DoneAsync(Task work)
    {
        await work;
        return true;
    }

    private sealed class Waiting(TestClock clock, ITimer timer) : ITimer
    {
        public TimeSpan Due { get; private set; } = Timeout.InfiniteTimeSpan;

        public bool IsTold { get; set; }

        public void Begin(TimeSpan due)
        {
            lock (clock._lock)
            {
                clock._waiting.Remove(this);
                if (due <= TimeSpan.Zero)
                    return;
                (Due, IsTold) = (due, false);
                clock._waiting.Add(this);
                var asked = clock._asked.FindIndex(a => a.Due == due);
                if (asked < 0)
                    return;
                IsTold = true;
                clock._asked[asked].Begun.SetResult();
                clock._asked.RemoveAt(asked);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            Begin(dueTime);
            return changed;
        }

        public void Dispose()
        {
            Begin(Timeout.InfiniteTimeSpan);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Begin(Timeout.InfiniteTimeSpan);
            return timer.DisposeAsync();
        }
    }
}
