using System.Globalization;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>Works on runs that others lead, with nothing but database and blob store: no job file, price sheet or feature file of this machine is read.
/// Memory limit and device are this machine's. Used by one worker; dispose it after its work has ended.</summary>
/// <param name="engine">The opened state.</param>
/// <param name="log">Hears the events of the runs.</param>
/// <param name="note">Told about models, in a sentence.</param>
internal sealed class RunWorker(Engine engine, IRunLog log, Action<string> note) : IDisposable
{
    private readonly LinuxProcesses _processes = new();
    private readonly MemoryCeiling? _ceiling = engine.Configuration.MemoryLimitBytes > 0 ? new MemoryCeiling(engine.Configuration.MemoryLimitBytes) : null;
    private (RunId Run, LoadedModels Models, BaseSnapshots Bases)? _latest;

    /// <summary>Works on a run until no shard is left for this worker.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Name, offering and manners.</param>
    /// <param name="drain">Finishes the unit in hand and leaves.</param>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public async Task<WorkerOutcome> WorkAsync(RunId run, WorkerWish worker, CancellationToken drain)
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
        var (models, bases) = Hold(run);
        if (await new PlanReach(models, new ModelLocator(engine.Registry), engine.Inputs, _ceiling).ProblemOfAsync(plan, drain)
            .ConfigureAwait(false) is { } problem)
            return new WorkerOutcome.Unable(problem);
        var stores = RunStores.Over(engine.Database, engine.Blobs, _processes.Own);
        var services = new WorkerServices(stores, new ShardScorer(models, bases, engine.Blobs, engine.Inputs, _ceiling), log,
            engine.Clock)
        { Processes = _processes };
        var policy = LeasePolicy.Living(terms.LeaseLife ?? engine.Configuration.LeaseTtl) with { DrainGrace = worker.Drain };
        var outcome = await new WorkerLoop(services, policy) { LeavesWhenNoneIsFree = worker.Roams }
            .RunAsync(plan, worker.Name, plan.Chosen.Offering, null, drain, CancellationToken.None).ConfigureAwait(false);
        // The run was closed and accounted without this worker's last slice.
        if (outcome is WorkerOutcome.RunClosed && terms.PricedBy.Length > 0)
        {
            var prices = new RecordedPrices(new PriceReadings(engine.Database), terms.PricedBy, engine.Clock);
            await new LedgerPoster(engine.Database, engine.Clock, prices).PostRunAsync(run, CancellationToken.None).ConfigureAwait(false);
        }
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    // Kept for the next visit of the same run only: a worker lives through many nights and their models.
    private (LoadedModels Models, BaseSnapshots Bases) Hold(RunId run)
    {
        if (_latest is not { } latest || latest.Run != run)
        {
            Release();
            _latest = latest = (run, new LoadedModels(new ModelLocator(engine.Registry), engine.Configuration.Execution, note),
                new BaseSnapshots(new SnapshotStore(engine.Database), new DecisionStore(engine.Database), engine.Copies, engine.Clock));
        }
        return (latest.Models, latest.Bases);
    }

    private void Release()
    {
        _latest?.Bases.Dispose();
        _latest?.Models.Dispose();
        _latest = null;
    }
}
