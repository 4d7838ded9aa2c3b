using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Runs;

/// <summary>
/// Leads a run from the wish to the published snapshot: plan, score, seal, judge, publish, account. Every step is a conditional or repeatable write, so a
/// process that dies
/// anywhere is followed by another call that goes on where it stopped, and a second call for the same run does nothing twice. Safe for several runs at once.
/// </summary>
/// <param name="services">Stores and ports.</param>
/// <param name="settings">How this process leads runs; its lease policy is checked here.</param>
/// <exception cref="BadInputException">The lease policy is out of range.</exception>
public sealed class NightRun(NightRunServices services, RunSettings settings)
{
    // Each state is entered at most once a call, so a walk longer than the states there are means a loop.
    private const int MaxSteps = 12;

    // The others wait for the next night.
    private const int MaxSweptRuns = 200;
    private readonly RunSettings _settings = settings with { Leases = settings.Leases.Checked() };

    /// <summary>Starts the run of a job at its scheduled instant, or goes on with it when it is known already; one that failed is tried again from its durable
    /// work.</summary>
    /// <param name="job">The job as it is now; a run known already goes on with the job as it was planned.</param>
    /// <param name="scheduledAt">When the run was due: its identity.</param>
    /// <param name="progress">Told how far the run is; null means nobody looks.</param>
    /// <param name="drain">Asks the workers to finish their units and leave; the outcome is then <see cref="RunOutcome.Interrupted"/>.</param>
    /// <param name="ct">Stops at once; what is durable stays.</param>
    /// <exception cref="BadInputException">The job's input, model or features cannot be used; no run is recorded then.</exception>
    /// <exception cref="StorageFailedException">The database or the disk refused for now; call again.</exception>
    public async Task<RunOutcome> RunAsync(ScoringJob job, DateTimeOffset scheduledAt, IProgress<RunProgress>? progress, CancellationToken drain,
        CancellationToken ct)
    {
        var run = new RunId(job.Name, scheduledAt);
        if (await services.Stores.Runs.FindAsync(run, ct).ConfigureAwait(false) is { } known)
            return await ContinueAsync(known, isNew: false, progress, drain, ct).ConfigureAwait(false);
        switch (await new RunPlanning(services).PinAndPlanAsync(job, run, ct).ConfigureAwait(false))
        {
            case PlanOutcome.Refused refused:
                await services.Stores.Decisions.AppendAsync(
                    new Decision(run, services.Clock.GetUtcNow(), DecisionSubject.Plan, $"refused: {refused.Why}", refused.Reason),
                    ct)
                    .ConfigureAwait(false);
                return new RunOutcome.Refused(run, refused.Why, refused.Reason);
            case PlanOutcome.Planned planned:
                return await RecordAsync(planned.Plan, progress, drain, ct).ConfigureAwait(false);
            default:
                throw new InvariantBrokenException("planning plans or refuses", run.ToString());
        }
    }

    /// <summary>Cancels a run wherever it is; workers notice within a lease renewal. False means that it had ended before.</summary>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public async Task<bool> CancelAsync(RunId run, string who, CancellationToken ct)
    {
        for (var tries = 0; tries < MaxSteps; tries++)
        {
            var record = await services.Stores.Runs.FindAsync(run, ct).ConfigureAwait(false)
                ?? throw new BadInputException("run", run.ToString(), "a recorded run", "List the runs with: batchengine runs list.");
            if (RunTransitions.IsEnded(record.State))
                return false;
            var why = new Decision(run, services.Clock.GetUtcNow(), DecisionSubject.Cancel, $"cancelled while {record.State}", $"asked for by {who}");
            if (!await services.Stores.Runs.CancelAsync(run, record.State, $"cancelled by {who}", why, ct).ConfigureAwait(false))
                continue;
            services.Log.Write(new RunEvent(RunEventKind.StateMoved, run, nameof(RunState.Cancelled), who));
            // Where nobody leads the run, nobody else would.
            await services.Ports.Accounting.CloseAsync(run, ct).ConfigureAwait(false);
            return true;
        }
        throw new InvariantBrokenException("a run enters each state at most once", $"run {run} kept moving while it was cancelled");
    }

    private async Task<RunOutcome> RecordAsync(RunPlan plan, IProgress<RunProgress>? progress, CancellationToken drain, CancellationToken ct)
    {
        var terms = new RunTerms(RunTerms.CurrentFormat, services.Stores.PricedBy, _settings.Leases.Ttl);
        switch (await services.Stores.Runs.CreateAsync(plan, ct, terms).ConfigureAwait(false))
        {
            case RunCreation.Existing existing:
                return await ContinueAsync(existing.Record, isNew: false, progress, drain, ct).ConfigureAwait(false);
            case RunCreation.Created created:
                var size = FormattableString.Invariant($"{plan.Manifest.Rows} rows, {plan.Shards.Count} shards, {plan.PartitionCount} partitions");
                services.Log.Write(new RunEvent(RunEventKind.Recorded, plan.Run, "plan", $"{size}, {plan.Chosen.Workers} workers on {plan.Chosen.Offering}"));
                foreach (var decision in PlanDecisions.Of(plan, created.Record.PlannedAt))
                    await services.Stores.Decisions.AppendAsync(decision, ct).ConfigureAwait(false);
                return await ContinueAsync(created.Record, isNew: true, progress, drain, ct).ConfigureAwait(false);
            default:
                throw new InvariantBrokenException("a run is created or found", plan.Run.ToString());
        }
    }

    private async Task<RunOutcome> ContinueAsync(RunRecord record, bool isNew, IProgress<RunProgress>? progress, CancellationToken drain, CancellationToken ct)
    {
        if (!isNew)
            services.Log.Write(new RunEvent(RunEventKind.Found, record.Run, record.State.ToString(), ""));
        if ((RunTransitions.IsEnded(record.State) && !HasMore(record.State)) || (record.State == RunState.Failed && !_settings.ReopensFailed))
            return new RunOutcome.AlreadyEnded(record);
        var wish = new LeadWish(record.Run, _settings.Holder, _settings.Leases, _settings.LeadWait);
        var lead = await RunLead.TryTakeAsync(services.Stores.Lead, wish, services.Log, _settings.Processes, services.Clock, ct).ConfigureAwait(false);
        if (lead is null)
            return new RunOutcome.Following(record.Run, record.State);
        await using var led = lead.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, lead.Lost);
        try
        {
            // While the lead was another's, its holder may have ended the run: what it ended is not begun anew.
            var now = await services.Stores.Runs.FindAsync(record.Run, ct).ConfigureAwait(false)
                ?? throw new InvariantBrokenException("a led run is recorded", record.Run.ToString());
            var isEnded = RunTransitions.IsEnded(now.State) || (now.State == RunState.Failed && record.State != RunState.Failed);
            var outcome = isEnded ? new RunOutcome.AlreadyEnded(now) : await LeadAsync(lead, now, isNew, progress, drain, stop.Token).ConfigureAwait(false);
            if (outcome is RunOutcome.Published or RunOutcome.Completed or RunOutcome.Held or RunOutcome.AlreadyEnded)
                await EndAsync(record.Run, stop.Token).ConfigureAwait(false);
            return outcome;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && lead.Lost.IsCancellationRequested)
        {
            return new RunOutcome.Following(record.Run, record.State);
        }
        catch (LeadLostException)
        {
            // Another process leads the run since; what this one wanted to write was refused.
            return new RunOutcome.Following(record.Run, record.State);
        }
    }

    private bool HasMore(RunState state) => _settings.AtEnd is not null && state is RunState.Published or RunState.Completed or RunState.Held;

    private async Task EndAsync(RunId run, CancellationToken ct)
    {
        if (_settings.AtEnd is { } end && await services.Stores.Runs.FindAsync(run, ct).ConfigureAwait(false) is { } ended && HasMore(ended.State))
            await end(ended, ct).ConfigureAwait(false);
    }

    private async Task<RunOutcome> LeadAsync(RunLead lead, RunRecord record, bool isNew, IProgress<RunProgress>? progress, CancellationToken drain,
        CancellationToken ct)
    {
        services.Log.Write(new RunEvent(RunEventKind.Leading, record.Run, _settings.Holder, $"fence {lead.Lead.Fence}"));
        var plan = await services.Stores.Runs.PlanAsync(record.Run, ct).ConfigureAwait(false)
            ?? throw await WithoutPlanAsync(record.Run, ct).ConfigureAwait(false);
        var context = new RunContext(services, _settings, plan, lead.Lead, progress);
        lead.Kept = context.BeatAsync;
        try
        {
            if (!isNew)
                await services.Stores.Runs.SettleAsync(lead.Lead, services.Stores.PricedBy, _settings.Leases.Ttl, ct).ConfigureAwait(false);
            var outcome = await WalkAsync(context, isNew, drain, ct).ConfigureAwait(false);
            if (outcome is RunOutcome.Published or RunOutcome.Completed or RunOutcome.Held)
                await SweepAsync(context, ct).ConfigureAwait(false);
            return outcome;
        }
        finally
        {
            await RecordAsync(context).ConfigureAwait(false);
        }
    }

    private async Task<Exception> WithoutPlanAsync(RunId run, CancellationToken ct) =>
        (await services.Stores.Runs.RetiredPartsAsync(run, ct).ConfigureAwait(false)).TryGetValue(RetentionKind.Runs, out var retired)
            ? new BadInputException("run", run.ToString(), "a run that is kept",
                $"It was retired at {Figures.Instant(retired)}, as retention.runs says; run the job at another instant.")
            : new InvariantBrokenException("a recorded run has its plan", run.ToString());

    private static async Task RecordAsync(RunContext context)
    {
        try
        {
            await context.RecordOverheadAsync().ConfigureAwait(false);
        }
        catch (StorageFailedException)
        {
            // It is written ahead, and whoever does the books next settles it; the run's own outcome must not be hidden by this.
        }
    }

    private async Task<RunOutcome> WalkAsync(RunContext context, bool isNew, CancellationToken drain, CancellationToken ct)
    {
        var tried = isNew;
        for (var step = 0; step < MaxSteps; step++)
        {
            var record = await services.Stores.Runs.FindAsync(context.Run, ct).ConfigureAwait(false)
                ?? throw new InvariantBrokenException("a led run is recorded", context.Run.ToString());
            if (drain.IsCancellationRequested && record.State is RunState.Planned or RunState.Scoring or RunState.Sealing or RunState.Judging)
                return new RunOutcome.Interrupted(context.Run, record.State);
            switch (record.State)
            {
                case RunState.Failed when tried:
                    await services.Ports.Accounting.CloseAsync(context.Run, ct).ConfigureAwait(false);
                    return new RunOutcome.Failed(context.Run, record.Note, !context.ResumeFailsAgain);
                case RunState.Failed:
                    await ReopenAsync(context, record, ct).ConfigureAwait(false);
                    break;
                case RunState.Planned:
                    await context.MoveAsync(RunState.Planned, RunState.Scoring, "", ct).ConfigureAwait(false);
                    break;
                case RunState.Cancelled:
                    await services.Ports.Accounting.CloseAsync(context.Run, ct).ConfigureAwait(false);
                    return new RunOutcome.Cancelled(context.Run, record.Note);
                case RunState.Held:
                    return new RunOutcome.Held(context.Run, record.Note);
                case RunState.Completed:
                    return new RunOutcome.Completed(context.Run, record.Note);
                case RunState.Published:
                    return await PublishedAsync(context, ct).ConfigureAwait(false);
                default:
                    await PhaseAsync(context, record.State, isNew, drain, ct).ConfigureAwait(false);
                    break;
            }
            tried = true;
        }
        throw new InvariantBrokenException("a run enters each state at most once a call", $"run {context.Run} after {MaxSteps} steps");
    }

    private static async Task PhaseAsync(RunContext context, RunState state, bool isNew, CancellationToken drain, CancellationToken ct)
    {
        try
        {
            await (state switch
            {
                RunState.Scoring => ScoringPhase.RunAsync(context, checkInput: !isNew, drain, ct),
                RunState.Sealing => SealingPhase.RunAsync(context, drain, ct),
                RunState.Judging => JudgingPhase.RunAsync(context, ct),
                _ => throw new InvariantBrokenException("only working states have a phase", state.ToString()),
            }).ConfigureAwait(false);
        }
        catch (BatchEngineException failure) when (!failure.IsTransient && failure is not LeadLostException)
        {
            await context.FailAsync(state, failure.Message, failure is InvariantBrokenException, CancellationToken.None).ConfigureAwait(false);
            // The run says why it failed; the process that broke an assumption of ours must not go on to the next.
            if (failure is InvariantBrokenException)
                throw;
        }
    }

    private static async Task ReopenAsync(RunContext context, RunRecord record, CancellationToken ct)
    {
        var receipts = await context.Stores.Receipts.CountAsync(context.Run, ct).ConfigureAwait(false);
        var why = context.DecisionOf(DecisionSubject.Resume, "goes on",
            string.Create(CultureInfo.InvariantCulture, $"{receipts} of {context.Plan.Shards.Count} shards are done; it had failed: {record.Note}"));
        // Also when every receipt is there: what scoring asks of their sums at its end is asked again.
        await context.MoveAsync(RunState.Failed, RunState.Scoring, "", ct, why).ConfigureAwait(false);
    }

    private async Task SweepAsync(RunContext context, CancellationToken ct)
    {
        if (_settings.SweepGrace is not { } grace)
            return;
        try
        {
            if (!await services.Stores.Claim.IsOursAsync(ct).ConfigureAwait(false))
            {
                context.Say(RunEventKind.OrphansSwept, "blobs", $"nothing is removed: {services.Stores.Blobs.Place} does not say that it is this database's");
                return;
            }
            var before = services.Clock.GetUtcNow() - grace;
            var unswept = await services.Stores.Named.UnsweptAsync(before, MaxSweptRuns, ct).ConfigureAwait(false);
            var swept = await new BlobSweeper(services.Stores.Blobs, services.Clock).SweepAsync(unswept.SelectMany(u => u.Prefixes).Distinct(),
                services.Stores.Named.AmongAsync, grace, ct).ConfigureAwait(false);
            foreach (var (run, _) in unswept)
                await services.Stores.Named.SweptAsync(run, before, ct).ConfigureAwait(false);
            context.Say(RunEventKind.OrphansSwept, "blobs",
                string.Create(CultureInfo.InvariantCulture,
                $"{swept.Removed.Count} orphans and {swept.RemovedTemporaries} temporaries removed, {swept.RemovedBytes} bytes"));
        }
        catch (StorageFailedException failure)
        {
            // The run has ended well; what could not be removed now is removed after the next one.
            context.Say(RunEventKind.OrphansSwept, "blobs", failure.Message);
        }
    }

    private async Task<RunOutcome> PublishedAsync(RunContext context, CancellationToken ct)
    {
        var mine = await services.Stores.Snapshots.FindOfRunAsync(context.Run, ct).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a published run has its snapshot", context.Run.ToString());
        return new RunOutcome.Published(context.Run, mine.Snapshot);
    }
}
