using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Runs;

/// <summary>One call's view of one run: the plan, the lead and the few writes that every phase makes. Used by one coordinator.</summary>
internal sealed class RunContext(NightRunServices services, RunSettings settings, RunPlan plan, Lead lead, IProgress<RunProgress>? progress)
{
    private UsageMeter? _overhead;

    public NightRunServices Services => services;

    /// <summary>Compares what is spent with the budget.</summary>
    public BudgetWatch Budget => field ??= new BudgetWatch(this);

    /// <summary>Compares where it will end with the deadline.</summary>
    public DeadlineWatch Deadline => field ??= new DeadlineWatch(this);

    /// <summary>Watches whether anybody works on it.</summary>
    public CrewWatch Crew => field ??= new CrewWatch(this);

    /// <summary>Whether it is scored by workers of this process.</summary>
    public bool HasOwnWorkers => settings.HasOwnWorkers && plan.Job.WorkerMode != WorkerMode.Elsewhere;

    public RunStores Stores => services.Stores;

    public RunPorts Ports => services.Ports;

    public RunSettings Settings => settings;

    public RunPlan Plan => plan;

    public RunId Run => plan.Run;

    /// <summary>What every write of the coordinator names.</summary>
    public Lead Lead => lead;

    /// <summary>Whether the failure that ended the run in this call is one that a resume finds again, so that it is not advised.</summary>
    public bool ResumeFailsAgain { get; private set; }

    public void Report(RunProgress now) => progress?.Report(now);

    public void Say(RunEventKind kind, string subject, string detail) => services.Log.Write(new RunEvent(kind, Run, subject, detail));

    /// <summary>Writes down what is wrong with it now, for whoever asks in whatever process.</summary>
    public Task WarnAsync(CancellationToken ct) => services.Stores.Runs.WarnAsync(lead, Crew.NobodySince, Deadline.LateEnd, ct);

    public Task DecideAsync(DecisionSubject subject, string choice, string reason, CancellationToken ct) =>
        services.Stores.Decisions.AppendAsync(lead, DecisionOf(subject, choice, reason), ct);

    /// <summary>Moves the run when it is still there, and records why; a false answer means that somebody cancelled or failed it meanwhile.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public async Task<bool> MoveAsync(RunState from, RunState to, string note, CancellationToken ct, Decision? why = null)
    {
        if (!RunTransitions.IsAllowed(from, to))
            throw new InvariantBrokenException("a run only moves along the table of transitions", $"run {Run} from {from} to {to}");
        var moved = await services.Stores.Runs.MoveAsync(lead, from, to, note, why, ct).ConfigureAwait(false);
        if (moved)
            Say(RunEventKind.StateMoved, to.ToString(), note);
        return moved;
    }

    /// <summary>From now on the coordinator's own work is overhead of the run.</summary>
    public async Task BeginOverheadAsync(CancellationToken ct)
    {
        if (_overhead is not null)
            return;
        _overhead = new UsageMeter(services.Stores.Slices, new MeteredSubject(Run, $"{settings.Holder}-lead", UsageKind.RunOverhead, settings.Offering),
            settings.Leases.RenewEvery, services.Clock);
        await _overhead.BeatAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Writes the overhead so far ahead, so that little is lost when this process dies.</summary>
    public Task BeatAsync(CancellationToken ct) => _overhead?.BeatAsync(ct) ?? Task.CompletedTask;

    /// <summary>Records the overhead until now; what a coordinator has done counts however the run goes on.</summary>
    public async Task RecordOverheadAsync()
    {
        if (Interlocked.Exchange(ref _overhead, null) is not { } overhead)
            return;
        await using var ended = overhead.ConfigureAwait(false);
        if (await overhead.CutAsync(0, isEnd: true).ConfigureAwait(false) is not null)
            Say(RunEventKind.UsageRecorded, "coordinator", "");
    }

    /// <summary>Records the overhead and posts the ledger. Done before the run ends: a crash in between repeats only what can be repeated.</summary>
    public async Task AccountAsync(CancellationToken ct)
    {
        await RecordOverheadAsync().ConfigureAwait(false);
        await services.Ports.Accounting.CloseAsync(Run, ct).ConfigureAwait(false);
        Say(RunEventKind.Accounted, "ledger", "");
    }

    /// <summary>Accounts and moves the run to its end.</summary>
    public async Task EndAsync(RunState from, RunState to, string note, Decision why, CancellationToken ct)
    {
        await AccountAsync(ct).ConfigureAwait(false);
        await MoveAsync(from, to, note, ct, why).ConfigureAwait(false);
    }

    /// <summary>Ends the run as failed, with the reason kept.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="reason">What happened, and what to do.</param>
    /// <param name="resumeFailsAgain">Whether a resume would find the same again, whatever is mended outside.</param>
    /// <param name="ct">Stops at once.</param>
    public async Task FailAsync(RunState from, string reason, bool resumeFailsAgain, CancellationToken ct)
    {
        ResumeFailsAgain = resumeFailsAgain;
        await EndAsync(from, RunState.Failed, reason, DecisionOf(DecisionSubject.RunFailed, $"stopped while {from}", reason), ct).ConfigureAwait(false);
    }

    /// <summary>Fails the run when it has spent more than its budget and the job says stop.</summary>
    /// <returns>Whether it was stopped.</returns>
    public async Task<bool> StopsByBudgetAsync(RunState from, CancellationToken ct)
    {
        if (await Budget.LookAsync(ct).ConfigureAwait(false) is not { } reason)
            return false;
        await FailAsync(from, reason, true, ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>Stops the run before its end when it is still there, without accounting yet: workers notice and leave.</summary>
    public Task StopAsync(RunState from, string reason, CancellationToken ct)
    {
        ResumeFailsAgain = true;
        return MoveAsync(from, RunState.Failed, reason, ct, DecisionOf(DecisionSubject.RunFailed, "stopped before its end", reason));
    }

    /// <summary>A decision of this run, taken now.</summary>
    public Decision DecisionOf(DecisionSubject subject, string choice, string reason) => new(Run, services.Clock.GetUtcNow(), subject, choice, reason);
}
