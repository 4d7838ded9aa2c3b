using System.Globalization;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Composition;

/// <summary>The workers of one process that work on runs which others lead, with nothing but database and blob store: no job file, price sheet or feature file
/// of this machine is read. Memory limit and device are this machine's. Safe for several workers; dispose it after all work has ended.</summary>
/// <param name="engine">The opened state.</param>
/// <param name="workers">How many there are: they share the memory of the process.</param>
/// <param name="log">Hears the events of the runs.</param>
/// <param name="note">Told about models, in a sentence.</param>
internal sealed class RunWorkers(Engine engine, int workers, IRunLog log, Action<string> note) : IDisposable
{
    private static readonly TimeSpan s_coordinatorsPatience = TimeSpan.FromSeconds(5);
    private readonly LinuxProcesses _processes = new();
    private readonly HeldModels _held = new(engine, note);
    private readonly MemoryCeiling? _ceiling = engine.Configuration.MemoryLimitBytes > 0 ? new MemoryCeiling(engine.Configuration.MemoryLimitBytes) : null;

    /// <summary>What the database is to say of a worker.</summary>
    public WorkerPresence PresenceOf(WorkerWish worker) => new(new WorkerStore(engine.Database),
        ThisMachine.Card(worker.Name, _processes.Own, worker.Offering, engine.Configuration.MemoryLimitBytes), engine.Configuration.LeaseTtl, engine.Clock);

    /// <summary>Works on a run until no shard is left for this worker; on a run that is sealed, until no seal unit is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Name, offering and manners.</param>
    /// <param name="presence">Told which run it is.</param>
    /// <param name="drain">Finishes the unit in hand and leaves.</param>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public async Task<WorkerOutcome> WorkAsync(RunId run, WorkerWish worker, WorkerPresence presence, CancellationToken drain)
    {
        var runs = new RunStore(engine.Database);
        var terms = await runs.TermsAsync(run, CancellationToken.None).ConfigureAwait(false)
            ?? throw new BadInputException("--run", run.ToString(), "a run that was planned", "List the runs with: batchengine runs list.");
        if (terms.Format > RunTerms.CurrentFormat)
            return new WorkerOutcome.Unable(string.Create(CultureInfo.InvariantCulture,
                $"it has format {terms.Format}, and this program works up to format {RunTerms.CurrentFormat}: a newer batchengine planned it. ")
                + "Start workers of that version; those that can go on with it.");
        var plan = await runs.PlanAsync(run, CancellationToken.None).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a recorded run has its plan", run.ToString());
        var policy = LeasePolicy.Living(terms.LeaseLife ?? engine.Configuration.LeaseTtl) with { DrainGrace = worker.Drain };
        if (await runs.FindAsync(run, CancellationToken.None).ConfigureAwait(false) is { State: RunState.Sealing })
            return await SealAsync(plan, policy, terms, worker, presence, drain).ConfigureAwait(false);
        using var held = _held.Take(run);
        if (await new PlanReach(held.Models, held.Locator, engine.Inputs, _ceiling, workers).ProblemOfAsync(plan, drain).ConfigureAwait(false) is { } problem)
            return new WorkerOutcome.Unable(problem);
        await presence.WorksOnAsync(run, policy.Ttl).ConfigureAwait(false);
        var services = new WorkerServices(RunStores.Over(engine.Database, engine.Blobs, _processes.Own),
            new ShardScorer(held.Models, held.Bases, engine.Blobs, engine.Inputs, _ceiling), log, engine.Clock)
        { Processes = _processes };
        var outcome = await new WorkerLoop(services, policy) { LeavesWhenNoneIsFree = worker.Roams, BilledShare = worker.BilledShare }
            .RunAsync(plan, worker.Name, worker.Offering, null, drain, CancellationToken.None).ConfigureAwait(false);
        if (outcome is WorkerOutcome.AllDone && !worker.Roams && !worker.IsLeashed && await WaitForSealingAsync(run, policy, drain).ConfigureAwait(false))
        {
            await SealAsync(plan, policy, terms, worker, presence, drain).ConfigureAwait(false);
            return outcome;
        }
        await presence.RestsAsync().ConfigureAwait(false);
        // The run was closed and accounted without this worker's last slice.
        if (outcome is WorkerOutcome.RunClosed)
            await PostAsync(run, terms).ConfigureAwait(false);
        return outcome;
    }

    // Sealing needs neither model nor input, so none is asked for.
    private async Task<WorkerOutcome> SealAsync(RunPlan plan, LeasePolicy policy, RunTerms terms, WorkerWish worker, WorkerPresence presence,
        CancellationToken drain)
    {
        await presence.WorksOnAsync(plan.Run, policy.Ttl).ConfigureAwait(false);
        var services = new SealServices(RunStores.Over(engine.Database, engine.Blobs, _processes.Own), log, _processes, engine.Clock);
        using var loop = new SealLoop(services, policy, plan) { LeavesWhenNoneIsFree = worker.Roams, BilledShare = worker.BilledShare };
        var outcome = await loop.RunAsync(worker.Name, worker.Offering, null, drain, CancellationToken.None).ConfigureAwait(false);
        await presence.RestsAsync().ConfigureAwait(false);
        // The coordinator goes on as soon as the last segment is recorded, so it may have accounted without this worker's last slice.
        await PostAsync(plan.Run, terms).ConfigureAwait(false);
        return outcome switch
        {
            SealOutcome.AllDone => new WorkerOutcome.AllDone(0),
            SealOutcome.Drained => new WorkerOutcome.Drained(0),
            SealOutcome.NoneFree => new WorkerOutcome.NoneFree(0),
            SealOutcome.Stopped => new WorkerOutcome.RunClosed(0, RunState.Sealing, ""),
            SealOutcome.RunClosed closed => new WorkerOutcome.RunClosed(0, closed.State, ""),
            _ => throw new InvariantBrokenException("every end of a sealer is known", outcome.ToString()),
        };
    }

    private async Task PostAsync(RunId run, RunTerms terms)
    {
        if (terms.PricedBy.Length == 0)
            return;
        var prices = new RecordedPrices(new PriceReadings(engine.Database), terms.PricedBy, engine.Clock);
        await new LedgerPoster(engine.Database, engine.Clock, prices).PostRunAsync(run, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    // The coordinator looks at the receipts once a second; one that has died is not waited for.
    private async Task<bool> WaitForSealingAsync(RunId run, LeasePolicy policy, CancellationToken drain)
    {
        var until = engine.Clock.GetUtcNow() + s_coordinatorsPatience;
        while (!drain.IsCancellationRequested && engine.Clock.GetUtcNow() < until)
        {
            var state = (await new RunStore(engine.Database).FindAsync(run, CancellationToken.None).ConfigureAwait(false))?.State;
            if (state != RunState.Scoring)
                return state == RunState.Sealing;
            await Task.Delay(policy.MaxWait / 2, engine.Clock, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return false;
    }
}
