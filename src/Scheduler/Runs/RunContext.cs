using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Runs;

/// <summary>One call's view of one run: the plan, the lead and the few writes that every phase makes. Used by one coordinator.</summary>
internal sealed class RunContext(NightRunServices services, RunSettings settings, RunPlan plan, FenceToken lead, IProgress<RunProgress>? progress)
{
    private DateTimeOffset? _overheadFrom;

    public NightRunServices Services => services;

    public RunStores Stores => services.Stores;

    public RunPorts Ports => services.Ports;

    public RunSettings Settings => settings;

    public RunPlan Plan => plan;

    public RunId Run => plan.Run;

    /// <summary>The coordinator's fence.</summary>
    public FenceToken Lead => lead;

    public void Report(RunProgress now) => progress?.Report(now);

    public void Say(RunEventKind kind, string subject, string detail) => services.Log.Write(new RunEvent(kind, Run, subject, detail));

    public Task DecideAsync(DecisionSubject subject, string choice, string reason, CancellationToken ct) =>
        services.Stores.Decisions.AppendAsync(new Decision(Run, services.Clock.GetUtcNow(), subject, choice, reason), ct);

    /// <summary>Moves the run when it is still there; a false answer means that somebody cancelled or failed it meanwhile.</summary>
    public async Task<bool> MoveAsync(RunState from, RunState to, string note, CancellationToken ct)
    {
        if (!RunTransitions.IsAllowed(from, to))
            throw new InvariantBrokenException("a run only moves along the table of transitions", $"run {Run} from {from} to {to}");
        var moved = await services.Stores.Runs.MoveAsync(Run, from, to, note, ct).ConfigureAwait(false);
        if (moved)
            Say(RunEventKind.StateMoved, to.ToString(), note);
        return moved;
    }

    /// <summary>From now on the coordinator's own work is overhead of the run.</summary>
    public void BeginOverhead() => _overheadFrom ??= services.Clock.GetUtcNow();

    /// <summary>Records the overhead, posts the ledger and moves the run to its end, in this order: a crash in between repeats only what can be
    /// repeated.</summary>
    public async Task EndAsync(RunState from, RunState to, string note, CancellationToken ct)
    {
        var now = services.Clock.GetUtcNow();
        if (_overheadFrom is { } since && now > since)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{Run}/{settings.Holder}-lead/{since.UtcTicks}");
            await services.Stores.Usage.AppendAsync(
                new UsageRecord(id, Run, "", $"{settings.Holder}-lead", UsageKind.RunOverhead, plan.Chosen.Offering, since, now, 1, 0, 0), ct)
                .ConfigureAwait(false);
            Say(RunEventKind.UsageRecorded, "coordinator", "");
            _overheadFrom = null;
        }
        await services.Ports.Accounting.CloseAsync(Run, ct).ConfigureAwait(false);
        Say(RunEventKind.Accounted, "ledger", "");
        await MoveAsync(from, to, note, ct).ConfigureAwait(false);
    }

    /// <summary>Ends the run as failed, with the reason kept.</summary>
    public async Task FailAsync(RunState from, string reason, CancellationToken ct)
    {
        await DecideAsync(DecisionSubject.RunFailed, $"stopped while {from}", reason, ct).ConfigureAwait(false);
        await EndAsync(from, RunState.Failed, reason, ct).ConfigureAwait(false);
    }
}
