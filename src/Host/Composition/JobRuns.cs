using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Runs.History;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Database.Values;
using BatchEngine.Storage.Snapshots.Readers;

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
    private readonly Action<string> _note;
    private readonly RunStores _stores;
    private readonly InputFiles _files;
    private readonly MemoryCeiling? _ceiling;
    private readonly LoadedModels _models;
    private readonly BaseSnapshots _bases;
    private readonly JobPreparation _preparation;
    private readonly NightRun _night;
    private readonly NightRun _scheduled;
    private readonly ConcurrentDictionary<string, RunId> _compared = new(StringComparer.Ordinal);
    private readonly LinuxProcesses _processes = new();

    /// <summary>Wires the rooms.</summary>
    /// <param name="configuration">Workers, leases, memory and devices.</param>
    /// <param name="database">The opened database.</param>
    /// <param name="copies">The blob store, and files of what it holds.</param>
    /// <param name="files">Where input files are.</param>
    /// <param name="registry">The models.</param>
    /// <param name="prices">What capacity costs.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="log">Hears the events of runs.</param>
    /// <param name="note">Told about models and outputs, in a sentence.</param>
    public JobRuns(EngineConfiguration configuration, StateDatabase database, LocalCopies copies, InputFiles files, ModelRegistry registry,
        CurrentPrices prices,
        TimeProvider clock, IRunLog log, Action<string> note)
    {
        (_configuration, _database, _blobs, _files, _prices, _clock, _log, _note) = (configuration, database, copies.Blobs, files, prices, clock, log, note);
        _ceiling = configuration.MemoryLimitBytes > 0 ? new MemoryCeiling(configuration.MemoryLimitBytes) : null;
        var locator = new ModelLocator(registry);
        _stores = RunStores.Over(database, _blobs, _processes.Own, prices.Folder);
        _models = new LoadedModels(locator, configuration.Execution, note);
        _bases = new BaseSnapshots(_stores.Snapshots, _stores.Decisions, copies, clock);
        _preparation = new JobPreparation(registry, _models, new ProfileBins(_stores.Profiles, _files), new PinnedFeatures(_stores.Runs), prices,
            new JobMemory(_ceiling, configuration.Workers, _files), locator, _files, note);
        var settings = Settings();
        _night = new NightRun(Services(), settings);
        // A schedule asks again and again by itself, so it waits for nobody; and what has failed, it leaves to a person.
        _scheduled = new NightRun(Services(), settings with { LeadWait = TimeSpan.Zero, ReopensFailed = false });
    }

    /// <summary>Tells the runs which snapshots this process serves, so that they look up in those.</summary>
    /// <param name="served">Finds one by its id; null means that it is not served.</param>
    public void LookUpIn(Func<long, SnapshotReader?> served) => _bases.Served = served;

    /// <summary>Runs or resumes a run to its end, then copies a published run's Parquet to the job's output directory.</summary>
    /// <param name="job">The job.</param>
    /// <param name="run">The run: its scheduled instant is its identity.</param>
    /// <param name="progress">Told how far it is; null means nobody looks.</param>
    /// <param name="drain">Finishes the units in flight and stops; the run can be resumed.</param>
    /// <param name="full">Scores every row of this run, whatever the job says.</param>
    public Task<RunOutcome> RunAsync(ScoringJob job, RunId run, IProgress<RunProgress>? progress, CancellationToken drain, bool full = false) =>
        RunAsync(_night, full ? job with { ReusesUnchanged = false } : job, run, progress, drain);

    /// <summary>The same for a schedule: a run that another process leads is left to it at once, and one that has failed is not tried again.</summary>
    public Task<RunOutcome> RunScheduledAsync(ScoringJob job, RunId run, CancellationToken drain) => RunAsync(_scheduled, job, run, null, drain);

    private async Task<RunOutcome> RunAsync(NightRun night, ScoringJob job, RunId run, IProgress<RunProgress>? progress, CancellationToken drain)
    {
        job = Here(job);
        if (await _stores.Runs.FindAsync(run, CancellationToken.None).ConfigureAwait(false) is null)
        {
            // A run known already goes on with the job as it was planned, so it says nothing of the job as it is now.
            if (await _stores.Snapshots.CurrentAsync(job.Serving.Name, CancellationToken.None).ConfigureAwait(false) is { } current
                && !NameOwner.Allows(job, current))
                throw NameOwner.Refuse(job, current);
            await Export().ProbeAsync(job, run, CancellationToken.None).ConfigureAwait(false);
            await new JobStore(_database).SaveAsync(job, CancellationToken.None).ConfigureAwait(false);
        }
        else if (!_compared.TryGetValue(run.Job, out var last) || last != run)
        {
            if (await _stores.Runs.PlanAsync(run, CancellationToken.None).ConfigureAwait(false) is { } plan && !IsSame(plan.Job, job))
                _note($"{run} stays as it was planned; the job was changed since. A run at another instant, given by --as-of, takes the job as it is now.");
            // A schedule that follows another process asks every few seconds.
            _compared[run.Job] = run;
        }
        return await night.RunAsync(job, run.ScheduledAt, progress, drain, CancellationToken.None).ConfigureAwait(false);
    }

    private Task DeliverAsync(RunRecord ended, CancellationToken ct) => ended.State == RunState.Held
        ? Export().ExportHeldAsync(ended.Run, ended.Note, ct) : ExportAsync(ended.Run, ct);

    // --full is a wish of one command, a plan may cut units smaller, and a late run is planned without its deadline: none is a change of the job.
    private static bool IsSame(ScoringJob planned, ScoringJob now) =>
        StoredJson.Write(planned with
        {
            ReusesUnchanged = now.ReusesUnchanged,
            UnitRows = now.UnitRows,
            Deadline = planned.Deadline ?? now.Deadline,
        }) == StoredJson.Write(now);

    /// <summary>Lets a run pass that was held back, and writes its outputs where a published run's lie.</summary>
    /// <exception cref="BadInputException">There is no such run, or it is not held.</exception>
    /// <exception cref="StorageFailedException">A segment of its snapshot is missing or damaged; nothing was changed.</exception>
    public async Task<PublishOutcome> ReleaseAsync(RunId run, ByHand by, CancellationToken ct)
    {
        if (await _stores.Snapshots.FindOfRunAsync(run, ct).ConfigureAwait(false) is { } stored)
            await SnapshotCheck.RequireSoundAsync(stored.Snapshot, _blobs, ct).ConfigureAwait(false);
        var outcome = await _stores.Snapshots.ReleaseAsync(run, by, ct).ConfigureAwait(false);
        await ExportAsync(run, ct).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Lets a snapshot serve, whatever served until now, and writes its run's outputs where a published run's lie.</summary>
    /// <exception cref="BadInputException">There is no such snapshot, or its run has not ended well.</exception>
    /// <exception cref="StorageFailedException">A segment of it is missing or damaged; nothing was changed.</exception>
    public async Task<SnapshotInfo> PublishAsync(long snapshot, ByHand by, CancellationToken ct)
    {
        if (await _stores.Snapshots.FindAsync(snapshot, ct).ConfigureAwait(false) is { } stored)
            await SnapshotCheck.RequireSoundAsync(stored, _blobs, ct).ConfigureAwait(false);
        var published = await _stores.Snapshots.PublishAsync(snapshot, by, ct).ConfigureAwait(false);
        await ExportAsync(published.Run, ct).ConfigureAwait(false);
        return published;
    }

    /// <summary>Lets serve what served before what serves now.</summary>
    /// <returns>What serves now; null means that nothing served before.</returns>
    /// <exception cref="StorageFailedException">A segment of what served before is missing or damaged; nothing was changed.</exception>
    public async Task<SnapshotInfo?> RollbackAsync(string servingName, ByHand by, CancellationToken ct)
    {
        if (await _stores.Snapshots.ServedBeforeAsync(servingName, 1, ct).ConfigureAwait(false) is [var before])
            await SnapshotCheck.RequireSoundAsync(before, _blobs, ct).ConfigureAwait(false);
        return await _stores.Snapshots.RollbackAsync(servingName, by, ct).ConfigureAwait(false);
    }

    /// <summary>Plans a run and stores nothing.</summary>
    public Task<PlanOutcome> PlanAsync(ScoringJob job, RunId run, CancellationToken ct) => new RunPlanning(Services()).PlanAsync(Here(job), run, ct);

    // A machine without workers of its own leads any job, whatever its file says.
    private ScoringJob Here(ScoringJob job) => _configuration.OwnWorkers ? job : job with { WorkerMode = WorkerMode.Elsewhere };

    /// <summary>Cancels a run.</summary>
    /// <returns>Whether it was still going.</returns>
    public Task<bool> CancelAsync(RunId run, string who, CancellationToken ct) => _night.CancelAsync(run, who, ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        _bases.Dispose();
        _models.Dispose();
    }

    private async Task ExportAsync(RunId run, CancellationToken ct)
    {
        var exported = await Export().ExportAsync(run, ct).ConfigureAwait(false);
        if (exported.RetiredAt is { } retired)
            _note($"The outputs of {run} are not written again: its files were retired at {Figures.Instant(retired)}, as retention in the configuration says.");
        if (exported.MendedFiles > 0)
            _note(FormattableString.Invariant($"{exported.MendedFiles} files in {exported.Folder} were missing or damaged and were written again."));
    }

    private OutputExport Export() => new(_stores.Receipts, _stores.Runs, _stores.Blobs,
        place => BlobStores.Open(place, _configuration.ObjectStore, _clock, _note));

    private LedgerAccounting Accounting() => new(_database, _prices, _clock);

    private WorkerServices WorkerServices() =>
        new(_stores, new ShardScorer(_models, _bases, _blobs, _files, _ceiling), _log, _clock) { Processes = _processes };

    private LeasePolicy LeasePolicy() => Scheduler.Leasing.LeasePolicy.Living(_configuration.LeaseTtl).Checked();

    private NightRunServices Services() =>
        new(_stores, new RunPorts(_preparation, new LocalCapacity(_prices, _stores.Workers, _configuration.Offering ?? Offering.Local, _configuration.Workers),
        new DriftRunGate(_database), Accounting()), _log, _clock);

    private RunSettings Settings()
    {
        var holder = ProcessName.Of(_clock);
        var policy = LeasePolicy();
        var offering = _configuration.Offering ?? Offering.Local;
        var inProcess = new InProcessWorkers(WorkerServices(), policy, holder)
        {
            Offering = offering,
            Card = ThisMachine.Card(holder, _processes.Own, offering, _configuration.MemoryLimitBytes),
        };
        var children = new LocalProcessWorkers(WorkerServices(), policy, holder, (plan, worker) => ChildWorker.Command(_configuration, plan, worker))
        {
            Offering = offering,
        };
        return new RunSettings(holder, policy, inProcess, children)
        {
            Offering = offering,
            HasOwnWorkers = _configuration.OwnWorkers,
            MaxSealers = _configuration.OwnWorkers ? Environment.ProcessorCount : 0,
            // A little over a lease's life: a restart after a kill goes on where the dead process stopped, also when it died on another machine.
            LeadWait = _configuration.LeaseTtl + TimeSpan.FromSeconds(2),
            Processes = _processes,
            AtEnd = DeliverAsync,
        };
    }
}
