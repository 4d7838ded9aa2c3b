using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Looks up everything a plan depends on and plans. Thread-safe; records nothing.</summary>
/// <param name="services">Stores and ports.</param>
public sealed class RunPlanning(NightRunServices services)
{
    /// <summary>The plan of a run, or why there is none.</summary>
    /// <exception cref="BadInputException">The job's input, model or features cannot be used.</exception>
    public async Task<PlanOutcome> PlanAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        var prepared = await services.Preparation.PrepareAsync(job, run, ct).ConfigureAwait(false);
        var found = await new BaseLookup(services.Snapshots, services.Runs, services.Leases, services.Blobs).FindAsync(job, ct).ConfigureAwait(false);
        var cost = await ModelCostAsync(prepared, found, ct).ConfigureAwait(false);
        var growth = await GrowthAsync(job, prepared, found, ct).ConfigureAwait(false);
        var now = services.Clock.GetUtcNow();
        var offers = await services.Capacity.OffersAsync(job, now, ct).ConfigureAwait(false);
        return RunPlanner.Plan(new PlanRequest(run, job, prepared, offers, now, null) { Base = found, ModelNanoseconds = cost, Growth = growth });
    }

    // Two files are read for it, so only where the answer decides something.
    private async Task<ModelGrowth> GrowthAsync(ScoringJob job, PreparedInputs prepared, BaseAnswer found, CancellationToken ct) =>
        found is BaseAnswer.Found { Run.Plan: var before } && job.ReusesUnchanged && before.Model.Digest != prepared.Model.Digest
            && before.Arithmetic == prepared.Arithmetic
            ? await services.Preparation.GrowthAsync(before, prepared, ct).ConfigureAwait(false)
            : new ModelGrowth.Another("its trees were not compared");

    // Timed once and then handed on from run to run, so that two plans over the same facts are equal.
    private async Task<Measured<double>> ModelCostAsync(PreparedInputs prepared, BaseAnswer found, CancellationToken ct) =>
        found is BaseAnswer.Found { Run.Plan: var before } && before.Reuse.ModelNanoseconds.HasValue && before.Model.Digest == prepared.Model.Digest
            && before.Arithmetic == prepared.Arithmetic
            ? before.Reuse.ModelNanoseconds
            : await services.Preparation.TimeModelAsync(prepared, ct).ConfigureAwait(false);
}
