using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs.History;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Looks up everything that a plan depends on, and plans. Safe for several threads.</summary>
/// <param name="services">Stores and ports.</param>
public sealed class RunPlanning(NightRunServices services)
{
    /// <summary>The plan of a run, or why there is none. Writes nothing, so it may be asked at any time.</summary>
    /// <exception cref="BadInputException">The job's input, model or features cannot be used.</exception>
    public async Task<PlanOutcome> PlanAsync(ScoringJob job, RunId run, CancellationToken ct) =>
        await PlanAsync(job, run, await services.Ports.Preparation.PrepareAsync(job, run, ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    /// <summary>The plan of a run that is about to be recorded: what later runs must find as this one found it is stored first. May be repeated.</summary>
    /// <exception cref="BadInputException">The job's input, model or features cannot be used.</exception>
    public async Task<PlanOutcome> PinAndPlanAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        var prepared = await services.Ports.Preparation.PrepareAsync(job, run, ct).ConfigureAwait(false);
        prepared = await services.Ports.Preparation.PinAsync(job, prepared, ct).ConfigureAwait(false);
        return await PlanAsync(job, run, prepared, ct).ConfigureAwait(false);
    }

    private async Task<PlanOutcome> PlanAsync(ScoringJob asked, RunId run, PreparedInputs found, CancellationToken ct)
    {
        var stores = services.Stores;
        var now = services.Clock.GetUtcNow();
        var job = WithoutMissedDeadline(asked, run, now);
        var prepared = found with { RowsPerSecond = await new RunSpeed(stores.Runs, stores.Usage).OfAsync(job, found.Model, ct).ConfigureAwait(false) };
        var before = await new BaseLookup(stores.Snapshots, stores.Runs, stores.Receipts, stores.Blobs).FindAsync(job, ct).ConfigureAwait(false);
        var cost = await ModelCostAsync(prepared, before, ct).ConfigureAwait(false);
        var growth = await GrowthAsync(job, prepared, before, ct).ConfigureAwait(false);
        var overhead = await new RunSpeed(stores.Runs, stores.Usage).OverheadAsync(job, ct).ConfigureAwait(false);
        var offers = await services.Ports.Capacity.OffersAsync(job, now, ct).ConfigureAwait(false);
        return RunPlanner.Plan(new PlanRequest(run, job, prepared, offers, now, null)
        {
            Base = before,
            ModelNanoseconds = cost,
            Growth = growth,
            Overhead = overhead,
        });
    }

    // A backfill, or a night after an outage: late predictions are better than none, and the person is told.
    private ScoringJob WithoutMissedDeadline(ScoringJob job, RunId run, DateTimeOffset now)
    {
        if (job.Deadline is not { } deadline || run.ScheduledAt + deadline > now)
            return job;
        services.Log.Write(new RunEvent(RunEventKind.DeadlineDropped, run, "deadline",
            FormattableString.Invariant(
                $"its deadline ({Figures.Instant(run.ScheduledAt + deadline)}) has passed before it starts; it runs without one.")));
        return job with { Deadline = null };
    }

    // Two files are read for it, so only where the answer decides something.
    private async Task<ModelGrowth> GrowthAsync(ScoringJob job, PreparedInputs prepared, BaseAnswer found, CancellationToken ct)
    {
        if (found is not BaseAnswer.Found { Run.Plan: var before } || !job.ReusesUnchanged || before.Model.Digest == prepared.Model.Digest
            || before.Arithmetic != prepared.Arithmetic)
            return new ModelGrowth.Another("its trees were not compared");
        if (before.Model.Number == 0 && before.ModelArtifact == prepared.ModelArtifact)
            return new ModelGrowth.Another(
                $"its file {before.ModelArtifact} was replaced, so the two cannot be compared; registered models stay (batchengine models register)");
        return await services.Ports.Preparation.GrowthAsync(before, prepared, ct).ConfigureAwait(false);
    }

    // Timed once and then handed on from run to run, so that two plans over the same facts are equal.
    private async Task<Measured<double>> ModelCostAsync(PreparedInputs prepared, BaseAnswer found, CancellationToken ct) =>
        found is BaseAnswer.Found { Run.Plan: var before } && before.Reuse.ModelNanoseconds.HasValue && before.Model.Digest == prepared.Model.Digest
            && before.Arithmetic == prepared.Arithmetic
            ? before.Reuse.ModelNanoseconds
            : await services.Ports.Preparation.TimeModelAsync(prepared, ct).ConfigureAwait(false);
}
