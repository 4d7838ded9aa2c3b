using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Composition;

/// <summary>The runs of jobs in one process: planned, led, worked on, cancelled. Wires scheduler, scorer and cost model over an opened state. Safe for many
/// threads; dispose it after all work has ended.</summary>
internal sealed class JobRuns : IDisposable
{
    private readonly EngineConfiguration _configuration;
    private readonly StateDatabase _database;
    private readonly IBlobStore _blobs;
    private readonly CurrentPrices _prices;
    private readonly TimeProvider _clock;
    private readonly IRunLog _log;
    private readonly RunStores _stores;
    private readonly MemoryCeiling? _ceiling;
    private readonly LoadedModels _models;
    private readonly BaseSnapshots _bases;
    private readonly JobPreparation _preparation;
    private readonly NightRun _night;

    /// <summary>Wires the rooms.</summary>
    /// <param name="configuration">Workers, leases, memory and devices.</param>
    /// <param name="database">The opened database.</param>
    /// <param name="blobs">The blob store.</param>
    /// <param name="registry">The models.</param>
    /// <param name="prices">What capacity costs.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="log">Hears the events of runs.</param>
    /// <param name="note">Told about models, in a sentence.</param>
    public JobRuns(EngineConfiguration configuration, StateDatabase database, IBlobStore blobs, ModelRegistry registry, CurrentPrices prices,
        TimeProvider clock, IRunLog log, Action<string> note)
    {
        (_configuration, _database, _blobs, _prices, _clock, _log) = (configuration, database, blobs, prices, clock, log);
        _ceiling = configuration.MemoryLimitBytes > 0 ? new MemoryCeiling(configuration.MemoryLimitBytes) : null;
        var locator = new ModelLocator(registry);
        _stores = RunStores.Over(database, blobs, prices.Folder);
        _models = new LoadedModels(locator, configuration.Execution, note);
        _bases = new BaseSnapshots(_stores.Snapshots, _stores.Decisions, blobs, clock);
        _preparation = new JobPreparation(registry, _models, _stores.Profiles, new PinnedFeatures(_stores.Runs), prices,
            new JobMemory(_ceiling, configuration.Workers), locator);
        _night = new NightRun(Services(), Settings());
    }

    /// <summary>Runs or resumes a run to its end, then copies a published run's Parquet to the job's output directory.</summary>
    /// <param name="job">The job.</param>
    /// <param name="run">The run: its scheduled instant is its identity.</param>
    /// <param name="progress">Told how far it is; null means nobody looks.</param>
    /// <param name="drain">Finishes the units in flight and stops; the run can be resumed.</param>
    /// <param name="full">Scores every row of this run, whatever the job says.</param>
    public async Task<RunOutcome> RunAsync(ScoringJob job, RunId run, IProgress<RunProgress>? progress, CancellationToken drain, bool full = false)
    {
        await _stores.Snapshots.SaveContractAsync(job.Serving, job, CancellationToken.None).ConfigureAwait(false);
        await new JobStore(_database).SaveAsync(job, CancellationToken.None).ConfigureAwait(false);
        job = full ? job with { ReusesUnchanged = false } : job;
        var outcome = await _night.RunAsync(job, run.ScheduledAt, progress, drain, CancellationToken.None).ConfigureAwait(false);
        if (outcome is RunOutcome.Published or RunOutcome.AlreadyEnded { Record.State: RunState.Published })
            await new OutputExport(_stores.Receipts, _stores.Runs, _stores.Blobs).ExportAsync(run, CancellationToken.None).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Plans a run and stores nothing.</summary>
    public Task<PlanOutcome> PlanAsync(ScoringJob job, RunId run, CancellationToken ct) => new RunPlanning(Services()).PlanAsync(job, run, ct);

    /// <summary>Cancels a run.</summary>
    /// <returns>Whether it was still going.</returns>
    public Task<bool> CancelAsync(RunId run, string who, CancellationToken ct) => _night.CancelAsync(run, who, ct);

    /// <summary>Works on the shards of a run until none is left.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="worker">A name that no other worker has at this time.</param>
    /// <param name="drain">Finishes the unit in hand and leaves.</param>
    public Task<WorkerOutcome> WorkAsync(RunPlan plan, string worker, CancellationToken drain) =>
        new WorkerLoop(WorkerServices(), LeasePolicy()).RunAsync(plan, worker, plan.Chosen.Offering, null, drain, CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose()
    {
        _bases.Dispose();
        _models.Dispose();
    }

    private WorkerServices WorkerServices() => new(_stores, new ShardScorer(_models, _bases, _blobs, _ceiling), _log, _clock);

    private LeasePolicy LeasePolicy() => Scheduler.Leasing.LeasePolicy.Living(_configuration.LeaseTtl).Checked();

    private NightRunServices Services() => new(_stores, new RunPorts(_preparation, new LocalCapacity(_prices, _configuration.Workers),
        new DriftRunGate(_database), new LedgerAccounting(_database, _prices, _clock)), _log, _clock);

    private RunSettings Settings()
    {
        var holder = ProcessName.Of(_clock);
        var policy = LeasePolicy();
        return new RunSettings(holder, policy, new InProcessWorkers(WorkerServices(), policy, holder),
            new LocalProcessWorkers(WorkerServices(), policy, holder, (plan, worker) => ChildWorker.Command(_configuration, plan.Run, worker)))
        {
            // A little over a lease's life: a restart after a kill goes on where the dead process stopped.
            LeadWait = _configuration.LeaseTtl + TimeSpan.FromSeconds(2),
        };
    }
}
