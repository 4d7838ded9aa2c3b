using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>One job's runs, one after the other. Decides by <see cref="DueRuns"/> what is due, keeps the decision before acting on it, and never trusts
/// the instant that a timer gives. Thread-safe. What is decided is read anew each time, since another process may have paused the job or started a
/// run.</summary>
internal sealed class JobLane : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _leave = new();
    private readonly LanePorts _ports;
    private readonly CronOccurrences _occurrences;
    private readonly string _text;
    private LaneState _state;
    private Task _running = Task.CompletedTask;

    /// <summary>Creates the lane from what survived.</summary>
    /// <exception cref="BadInputException">The job's schedule cannot be read.</exception>
    public JobLane(ScoringJob job, Schedule schedule, LaneState state, LanePorts ports)
    {
        (Job, Schedule, _state, _ports, _text) = (job, schedule, state, ports, StoredJson.Write(job));
        _occurrences = new CronOccurrences(schedule, $"job {job.Name}, schedule");
    }

    /// <summary>The job.</summary>
    public ScoringJob Job { get; }

    /// <summary>Its schedule.</summary>
    public Schedule Schedule { get; }

    /// <summary>What is decided, as it was last read.</summary>
    public LaneState State => Volatile.Read(ref _state);

    /// <summary>Whether the lane runs exactly this job, whoever read it from which file.</summary>
    public bool Runs(ScoringJob job) => StoredJson.Write(job) == _text;

    /// <summary>The next occurrence; null means none, or that the job is paused.</summary>
    public DateTimeOffset? NextOf(LaneState state) => state.IsPaused ? null : _occurrences.Next(_ports.Clock.GetUtcNow());

    /// <summary>The next occurrence, whether the job is paused or not; null means none.</summary>
    public DateTimeOffset? NextDue() => _occurrences.Next(_ports.Clock.GetUtcNow());

    /// <summary>The work on what is pending: ends when the lane is disposed, or with what it could not go on after.</summary>
    public Task Running => _running;

    /// <summary>Begins to work off what is pending.</summary>
    public void Start() => _running = WorkAsync();

    /// <summary>Looks at the clock and queues what is due. Calling it too often changes nothing.</summary>
    public async Task WakeAsync(CancellationToken ct)
    {
        await ChangeAsync(state => LaneChange.Due(state, Schedule, _occurrences.Next, _ports.Settings, _ports.Clock.GetUtcNow()), ct).ConfigureAwait(false);
        if (State.Pending.Count > 0 && _work.CurrentCount == 0)
            _work.Release();
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
            try
            {
                if (State.Pending.Count > 0 && await SeeThroughAsync(State.Pending[0]).ConfigureAwait(false))
                    continue;
            }
            catch (StorageFailedException failure) when (failure.IsTransient)
            {
                // The end of a run could not be written. It is still pending, so it is started again, which finds it ended.
                await Task.Delay(_ports.Settings.RetryEvery, _ports.Clock, _leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            await _work.WaitAsync(_leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs one instant to its end, here or by another process; false means that the program ends first.</summary>
    private async Task<bool> SeeThroughAsync(DateTimeOffset instant)
    {
        for (var tries = 1; !_leave.IsCancellationRequested; tries++)
        {
            string problem;
            try
            {
                if (tries > 1 && !await IsPendingAsync(instant).ConfigureAwait(false))
                    return true;
                switch (await _ports.Starter.StartAsync(Job, instant, _leave.Token).ConfigureAwait(false))
                {
                    case RunOutcome.Interrupted:
                        return false;
                    case RunOutcome.Following following:
                        problem = $"another process leads the run, which is {following.State}";
                        break;
                    default:
                        await ChangeAsync(state => LaneChange.Ended(state, instant), CancellationToken.None).ConfigureAwait(false);
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

    private async Task<bool> IsPendingAsync(DateTimeOffset instant)
    {
        await ChangeAsync(_ => null, _leave.Token).ConfigureAwait(false);
        return State.Pending.Contains(instant);
    }

    private Task GiveUpAsync(DateTimeOffset instant, string why) =>
        ChangeAsync(state => LaneChange.GivenUp(state, instant, why, _ports.Clock.GetUtcNow()), CancellationToken.None);

    private async Task ChangeAsync(Func<LaneState, LaneChange?> decide, CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var stored = await LaneUpdate.MakeAsync(_ports.Lanes, Job.Name, decide, ct).ConfigureAwait(false);
            Volatile.Write(ref _state, stored ?? State with { Pending = [] });
        }
        finally
        {
            _gate.Release();
        }
    }
}
