using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Models;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>The rooms of one process, wired: database, blobs, stores, registry, scheduler and cost model. Thread-safe once opened; dispose it after all work
/// has ended.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly Screen _screen;
    private readonly TimeProvider _clock;
    private readonly NightRun _night;
    private readonly MemoryCeiling? _ceiling;
    private readonly BaseSnapshots _bases;

    private Engine(EngineConfiguration configuration, StateDatabase database, TimeProvider clock, Screen screen)
    {
        (Configuration, Database, _clock, _screen) = (configuration, database, clock, screen);
        Blobs = new LocalFolderBlobs(configuration.BlobsRoot);
        Runs = new RunStore(database);
        Leases = new LeaseStore(database);
        Snapshots = new SnapshotStore(database);
        Usage = new UsageStore(database);
        Ledger = new LedgerStore(database);
        Profiles = new ProfileStore(database);
        Decisions = new DecisionStore(database);
        Jobs = new JobStore(database);
        Answers = new AnswerStore(database);
        Registry = new ModelRegistry(new ModelStore(database), Blobs, ExecutorFactory.Inspect, Path.Combine(configuration.DataDirectory, "cache"));
        _ceiling = configuration.MemoryLimitBytes > 0 ? new MemoryCeiling(configuration.MemoryLimitBytes) : null;
        _ceiling?.TellCollector();
        var locator = new ModelLocator(Registry);
        Models = new LoadedModels(locator, configuration.Execution, screen.Note);
        _bases = new BaseSnapshots(Snapshots, Decisions, Blobs, clock);
        Prices = new CurrentPrices(new PriceStore(database), ShippedFiles.PricesDirectory(configuration));
        Preparation = new JobPreparation(Registry, Models, Profiles, new PinnedFeatures(Runs), new RunSpeed(Runs, Usage),
            new JobMemory(_ceiling, configuration.Workers), locator);
        Capacity = new LocalCapacity(Prices, configuration.Workers);
        _night = new NightRun(Services(), Settings());
    }

    /// <summary>What was configured.</summary>
    public EngineConfiguration Configuration { get; }

    /// <summary>The SQL database.</summary>
    public StateDatabase Database { get; }

    /// <summary>The blob store.</summary>
    public IBlobStore Blobs { get; }

    /// <summary>Runs and their states.</summary>
    public RunStore Runs { get; }

    /// <summary>Leases, checkpoints and receipts.</summary>
    public LeaseStore Leases { get; }

    /// <summary>Segments, snapshots and contracts.</summary>
    public SnapshotStore Snapshots { get; }

    /// <summary>Usage records.</summary>
    public UsageStore Usage { get; }

    /// <summary>The ledger.</summary>
    public LedgerStore Ledger { get; }

    /// <summary>Profiles, edges and drift reports.</summary>
    public ProfileStore Profiles { get; }

    /// <summary>What the engine decided.</summary>
    public DecisionStore Decisions { get; }

    /// <summary>Jobs that were scheduled.</summary>
    public JobStore Jobs { get; }

    /// <summary>Look-ups answered.</summary>
    public AnswerStore Answers { get; }

    /// <summary>The model registry.</summary>
    public ModelRegistry Registry { get; }

    /// <summary>Models in memory.</summary>
    public LoadedModels Models { get; }

    /// <summary>What capacity costs.</summary>
    public CurrentPrices Prices { get; }

    /// <summary>Looks up what planning needs.</summary>
    public JobPreparation Preparation { get; }

    /// <summary>The capacity that is offered.</summary>
    public LocalCapacity Capacity { get; }

    /// <summary>The machine's clock.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>Opens the database and wires the rooms.</summary>
    /// <exception cref="StorageFailedException">Database or blob folder cannot be used.</exception>
    public static async Task<Engine> OpenAsync(EngineConfiguration configuration, TimeProvider clock, Screen screen, CancellationToken ct)
    {
        var database = await StateDatabase.OpenAsync(configuration.DatabasePath, clock, ct).ConfigureAwait(false);
        return new Engine(configuration, database, clock, screen);
    }

    /// <summary>Runs or resumes a run to its end, then copies a published run's Parquet to the job's output directory.</summary>
    /// <param name="job">The job.</param>
    /// <param name="run">The run: its scheduled instant is its identity.</param>
    /// <param name="progress">Told how far it is; null means nobody looks.</param>
    /// <param name="drain">Finishes the units in flight and stops; the run can be resumed.</param>
    /// <param name="full">Scores every row of this run, whatever the job says.</param>
    public async Task<RunOutcome> RunAsync(ScoringJob job, RunId run, IProgress<RunProgress>? progress, CancellationToken drain, bool full = false)
    {
        job = WithoutMissedDeadline(job, run);
        await Snapshots.SaveContractAsync(job.Serving, job, CancellationToken.None).ConfigureAwait(false);
        await Jobs.SaveAsync(job, CancellationToken.None).ConfigureAwait(false);
        job = full ? job with { ReusesUnchanged = false } : job;
        var outcome = await _night.RunAsync(job, run.ScheduledAt, progress, drain, CancellationToken.None).ConfigureAwait(false);
        if (outcome is RunOutcome.Published or RunOutcome.AlreadyEnded { Record.State: RunState.Published })
            await new OutputExport(Leases, Runs, Blobs).ExportAsync(run, CancellationToken.None).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Plans a run without recording anything.</summary>
    public async Task<PlanOutcome> PlanAsync(ScoringJob job, RunId run, CancellationToken ct)
    {
        job = WithoutMissedDeadline(job, run);
        return await new RunPlanning(Services()).PlanAsync(job, run, ct).ConfigureAwait(false);
    }

    /// <summary>Cancels a run.</summary>
    /// <returns>Whether it was still going.</returns>
    public Task<bool> CancelAsync(RunId run, string who, CancellationToken ct) => _night.CancelAsync(run, who, ct);

    // A backfill, or a night after an outage: late predictions are better than none, and the person is told.
    private ScoringJob WithoutMissedDeadline(ScoringJob job, RunId run)
    {
        if (job.Deadline is not { } deadline || run.ScheduledAt + deadline > _clock.GetUtcNow())
            return job;
        _screen.Note($"{run}: its deadline ({Figures.Instant(run.ScheduledAt + deadline)}) has passed before it starts; it runs without one.");
        return job with { Deadline = null };
    }

    /// <summary>What a worker of this process needs.</summary>
    public WorkerServices WorkerServices() =>
        new(Runs, Leases, Snapshots, Usage, Decisions, Blobs, new ShardScorer(Models, _bases, Blobs, _ceiling), new RunLog(_screen), _clock);

    /// <summary>How leases are held.</summary>
    public LeasePolicy LeasePolicy() => new LeasePolicy { Ttl = Configuration.LeaseTtl, RenewEvery = Configuration.LeaseTtl / 3 }.Checked();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _bases.Dispose();
        Models.Dispose();
        await Database.DisposeAsync().ConfigureAwait(false);
    }

    private NightRunServices Services() => new(Runs, Leases, Snapshots, Profiles, Usage, Decisions, Blobs, new NamedBlobs(Database), Preparation, Capacity,
        new ProfileGate(Database), new LedgerAccounting(Database, Runs, Prices, _clock), new RunLog(_screen), _clock);

    private RunSettings Settings()
    {
        var holder = ProcessName.Of(_clock);
        var policy = LeasePolicy();
        return new RunSettings(holder, policy, new InProcessWorkers(WorkerServices(), policy, holder),
            new LocalProcessWorkers(WorkerServices(), policy, holder, (plan, worker) => ChildWorker.Command(Configuration, plan.Run, worker)))
        {
            // A little over a lease's life: a restart after a kill goes on where the dead process stopped.
            LeadWait = Configuration.LeaseTtl + TimeSpan.FromSeconds(2),
        };
    }
}
