using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>One job's runs, one after the other. Decides by <see cref="MisfirePlan"/> what is due, keeps the decision before acting on it, and never trusts
/// the instant that a timer gives. Thread-safe.</summary>
internal sealed class JobLane : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _leave = new();
    private readonly LanePorts _ports;
    private readonly CronOccurrences _occurrences;
    private LaneState _state;
    private Task _running = Task.CompletedTask;

    /// <summary>Creates the lane from what survived.</summary>
    /// <exception cref="BadInputException">The job's schedule cannot be read.</exception>
    public JobLane(ScoringJob job, Schedule schedule, LaneState state, LanePorts ports)
    {
        (Job, Schedule, _state, _ports) = (job, schedule, state, ports);
        _occurrences = new CronOccurrences(schedule, $"job {job.Name}, schedule");
    }

    /// <summary>The job.</summary>
    public ScoringJob Job { get; }

    /// <summary>Its schedule.</summary>
    public Schedule Schedule { get; }

    /// <summary>What is decided.</summary>
    public LaneState State => Volatile.Read(ref _state);

    /// <summary>The next occurrence; null means none, or the job is paused.</summary>
    public DateTimeOffset? Next => State.IsPaused ? null : _occurrences.Next(_ports.Clock.GetUtcNow());

    /// <summary>The work on what is pending: ends when the lane is disposed, or with what it could not go on after.</summary>
    public Task Running => _running;

    /// <summary>Begins to work off what is pending.</summary>
    public void Start() => _running = WorkAsync();

    /// <summary>Looks at the clock and queues what is due. Calling it too often changes nothing.</summary>
    public async Task WakeAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_state.IsPaused)
                return;
            var plan = MisfirePlan.Make(_state.HandledThrough, _ports.Clock.GetUtcNow(), _occurrences.Next, Schedule.Misfire, _ports.Settings.Misfires);
            if (plan.HandledThrough == _state.HandledThrough)
                return;
            var busy = _state.Pending.Count > 0;
            var start = busy && Schedule.Overlap == OverlapPolicy.Skip ? [] : plan.Start.Take(_ports.Settings.MaxQueued - _state.Pending.Count).ToList();
            await SaveAsync(_state with { HandledThrough = plan.HandledThrough, Pending = [.. _state.Pending, .. start] }, ct).ConfigureAwait(false);
            await RecordSkipsAsync(plan, start.Count, busy, ct).ConfigureAwait(false);
            if (start.Count > 0)
                _work.Release();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Pauses or goes on; what was due while paused is skipped, because a person wanted it so.</summary>
    public async Task SetPausedAsync(bool paused, CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_state.IsPaused == paused)
                return;
            var now = _ports.Clock.GetUtcNow();
            await SaveAsync(_state with { IsPaused = paused, HandledThrough = paused || now < _state.HandledThrough ? _state.HandledThrough : now }, ct)
                .ConfigureAwait(false);
            await DecideAsync(null, DecisionSubject.Schedule, paused ? "paused" : "resumed", paused ? "asked for by a person"
                : "runs that were due while it was paused are skipped", ct).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Asks the run going on to leave, and waits for it. What is pending stays pending.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _leave.Dispose();
        _gate.Dispose();
        _work.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!_leave.IsCancellationRequested)
        {
            if (State.Pending.Count > 0 && await SeeThroughAsync(State.Pending[0]).ConfigureAwait(false))
                continue;
            await _work.WaitAsync(_leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs one instant to its end; false means that the program ends first.</summary>
    private async Task<bool> SeeThroughAsync(DateTimeOffset instant)
    {
        for (var tries = 1; !_leave.IsCancellationRequested; tries++)
        {
            string problem;
            try
            {
                switch (await _ports.Starter.StartAsync(Job, instant, _leave.Token).ConfigureAwait(false))
                {
                    case RunOutcome.Interrupted:
                        return false;
                    case RunOutcome.Following following:
                        problem = $"another process leads the run, which is {following.State}";
                        break;
                    default:
                        await DoneAsync(instant).ConfigureAwait(false);
                        return true;
                }
            }
            catch (OperationCanceledException) when (_leave.IsCancellationRequested)
            {
                return false;
            }
            catch (BatchEngineException failure) when (failure.IsTransient)
            {
                problem = failure.Message;
            }
            catch (Exception failure)
            {
                // One job's failure must not end the others' schedules: it is recorded and the next instant gets its chance.
                await GiveUpAsync(instant, failure.Message).ConfigureAwait(false);
                return true;
            }
            if (tries >= _ports.Settings.MaxTries)
            {
                await GiveUpAsync(instant, string.Create(CultureInfo.InvariantCulture, $"{problem}; tried {tries} times")).ConfigureAwait(false);
                return true;
            }
            await Task.Delay(_ports.Settings.RetryEvery, _ports.Clock, _leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return false;
    }

    private async Task GiveUpAsync(DateTimeOffset instant, string why)
    {
        await DecideAsync(new RunId(Job.Name, instant), DecisionSubject.RunFailed, "the run was not started", why, CancellationToken.None)
            .ConfigureAwait(false);
        await DoneAsync(instant).ConfigureAwait(false);
    }

    private async Task DoneAsync(DateTimeOffset instant)
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await SaveAsync(_state with { Pending = [.. _state.Pending.Where(p => p != instant)] }, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task SaveAsync(LaneState state, CancellationToken ct)
    {
        await _ports.SaveAsync(Job.Name, state, ct).ConfigureAwait(false);
        Volatile.Write(ref _state, state);
    }

    private async Task RecordSkipsAsync(MisfirePlan plan, int started, bool busy, CancellationToken ct)
    {
        if (plan.Skipped > 0)
            await DecideAsync(null, DecisionSubject.Misfire, string.Create(CultureInfo.InvariantCulture, $"{plan.Skipped} missed run(s) skipped"),
                string.Create(CultureInfo.InvariantCulture,
                    $"due from {plan.FirstSkipped:O} to {plan.LastSkipped:O} while nobody could start them; the policy is {Schedule.Misfire}"), ct)
                    .ConfigureAwait(false);
        foreach (var instant in plan.Start.Skip(started))
            await DecideAsync(new RunId(Job.Name, instant), busy && Schedule.Overlap == OverlapPolicy.Skip ? DecisionSubject.Overlap
                : DecisionSubject.QueueFull, "skipped",
                string.Create(CultureInfo.InvariantCulture,
                    $"{_state.Pending.Count} earlier run(s) have not ended; the policy is {Schedule.Overlap}, at most {_ports.Settings.MaxQueued} wait"), ct)
                    .ConfigureAwait(false);
    }

    private Task DecideAsync(RunId? run, DecisionSubject subject, string choice, string reason, CancellationToken ct) =>
        _ports.DecideAsync(new Decision(run, _ports.Clock.GetUtcNow(), subject, $"job {Job.Name}: {choice}", reason), ct);
}
