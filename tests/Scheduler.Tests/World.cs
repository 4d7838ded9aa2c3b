using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Blobs;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scheduler.Tests;

/// <summary>A real database and a real blob folder in a temporary directory, with fakes at the ports. Several processes are played by several logs and
/// holders on one world.</summary>
internal sealed class World : IAsyncDisposable, IRunPreparation, ICapacitySource, IRunGate, IRunAccounting
{
    private readonly StateFolder _state;
    private TimeSpan _judging = TimeSpan.Zero;

    private World(StateFolder state, TestClock clock)
    {
        (_state, Clock) = (state, clock);
        Scorer = new FakeScorer(Blobs);
        (Runs, Claims, Lead, Receipts) = (new RunStore(Database), new ClaimStore(Database), new LeadStore(Database), new ReceiptStore(Database));
        (Snapshots, Usage, Decisions) = (new SnapshotStore(Database), new UsageStore(Database), new DecisionStore(Database));
    }

    public StateDatabase Database => _state.Database;

    public TestClock Clock { get; }

    public LocalFolderBlobs Blobs => _state.Blobs;

    public FakeScorer Scorer { get; }

    public RunStore Runs { get; }

    public ClaimStore Claims { get; }

    public LeadStore Lead { get; }

    public ReceiptStore Receipts { get; }

    public SnapshotStore Snapshots { get; }

    public UsageStore Usage { get; }

    public DecisionStore Decisions { get; }

    public InputManifest Manifest { get; set; } = Samples.Manifest([10, 6, 9], [8, 7]);

    public ScoringJob Job { get; set; } = Samples.Job() with { Workers = 1 };

    public GateVerdict Verdict { get; set; } = new GateVerdict.Pass("nothing to say against it", null);

    /// <summary>Set to a name, runs take over what is unchanged from the one before.</summary>
    public string Arithmetic { get; set; } = "";

    /// <summary>Awaited by the gate before it speaks.</summary>
    public Func<RunPlan, Task> AtJudging { get; set; } = _ => Task.CompletedTask;

    /// <summary>Who has ended; null means that nothing is known of any process.</summary>
    public FakeProcesses? Processes { get; set; }

    /// <summary>What a worker costs an hour.</summary>
    public Measured<Money> Price { get; set; } = Samples.Local().PerWorkerHour;

    public int Closings { get; private set; }

    public int Pins { get; private set; }

    public SealUnitStore SealUnits => new(Database, Processes?.Own);

    /// <summary>Set, runs take the blobs for those of a store elsewhere.</summary>
    public ElsewhereBlobs? Elsewhere { get; set; }

    private RunStores Stores => RunStores.Over(Database, (IBlobStore?)Elsewhere ?? Blobs, Processes?.Own);

    /// <summary>What a sealer on another machine has, to which the blobs may be far.</summary>
    public SealServices SealersOver(IBlobStore blobs, IRunLog? log = null) =>
        new(RunStores.Over(Database, blobs), log ?? SilentRunLog.Instance, null, Clock);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Task<World> CreateAsync() => CreateAsync(clock => clock);

    /// <summary>A world whose database asks the given clock, so that a test hears of each of its reads and writes.</summary>
    public static async Task<World> CreateAsync(Func<TimeProvider, TimeProvider> databaseClock)
    {
        var clock = new TestClock(Samples.Night.AddMinutes(1));
        return await ClaimedAsync(new World(await StateFolder.OpenAsync(databaseClock(clock), Stop), clock));
    }

    /// <summary>The world that a process finds which starts where another was killed.</summary>
    public static async Task<World> OpenCopyAsync(string copy, DateTimeOffset now)
    {
        var clock = new TestClock(now);
        return await ClaimedAsync(new World(await StateFolder.OpenCopyAsync(copy, clock, Stop), clock));
    }

    private static async Task<World> ClaimedAsync(World world)
    {
        await new StoreClaim(world.Database, world.Blobs).EnsureAsync(Stop);
        return world;
    }

    /// <summary>What a process that is killed now leaves.</summary>
    public void CopyTo(string folder) => _state.CopyTo(folder);

    /// <summary>Where it all lies.</summary>
    public string Folder => _state.Path;


    /// <summary>From now on each unit and each judgement take a second.</summary>
    public void LetTimePass()
    {
        _judging = TimeSpan.FromSeconds(1);
        Scorer.BeforeUnit = (_, _, _) =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.CompletedTask;
        };
    }

    public WorkerServices WorkersWith(IRunLog log) => new(Stores, Scorer, log, Clock) { Processes = Processes };

    public NightRun NightRun(IRunLog? log = null, string holder = "here", Func<RunSettings, RunSettings>? change = null)
    {
        log ??= SilentRunLog.Instance;
        var settings = new RunSettings(holder, LeasePolicy.Default, new InProcessWorkers(WorkersWith(log), LeasePolicy.Default, holder),
            null)
        { SweepGrace = TimeSpan.Zero, MaxSealers = 1, Processes = Processes };
        return new NightRun(Services(log), change?.Invoke(settings) ?? settings);
    }

    public NightRunServices Services(IRunLog log) => new(Stores, new RunPorts(this, this, this, this), log, Clock);

    public Task<RunOutcome> RunAsync(
        IRunLog? log = null, string holder = "here", CancellationTokenSource? notice = null, DateTimeOffset? at = null,
            IProgress<RunProgress>? progress = null, Func<RunSettings, RunSettings>? change = null) =>
        NightRun(log, holder, change).RunAsync(Job, at ?? Samples.Night, progress, notice?.Token ?? default, Stop);

    /// <summary>The published predictions as bytes, one line a segment.</summary>
    public async Task<string> PublishedAsync(string servingName = "churn")
    {
        var current = await Snapshots.CurrentAsync(servingName, Stop) ?? throw new InvalidOperationException("Nothing is published.");
        var lines = current.Segments.Select(s =>
            string.Create(CultureInfo.InvariantCulture,
            $"{s.Partition} {s.Keys} {Convert.ToHexString(File.ReadAllBytes(Blobs.FileOf(s.Artifact.BlobName)))}"));
        return string.Join('\n', lines);
    }

    public async Task<IReadOnlyList<string>> OrphansAsync()
    {
        var named = await Database.AllBlobNamesAsync(Stop);
        var orphans = new List<string>();
        await foreach (var blob in Blobs.ListAsync("", Stop))
        {
            if (!named.Contains(blob.Name))
                orphans.Add(blob.Name);
        }
        return orphans;
    }

    /// <summary>Records a run as planned, changed as the test wishes, and in the state Scoring.</summary>
    public async Task<RunPlan> OpenRunAsync(Func<RunPlan, RunPlan>? change = null)
    {
        var planned = Samples.Plan(
            new PlanRequest(new RunId(Job.Name, Samples.Night), Job, Samples.Prepared(Manifest), [Samples.Local()], Clock.GetUtcNow(), null));
        var plan = change?.Invoke(planned) ?? planned;
        await Runs.CreateAsync(plan, Stop);
        await OpenedRuns.OpenAsync(Database, plan.Run, Stop);
        return plan;
    }

    public Task<PreparedInputs> PrepareAsync(ScoringJob job, RunId run, CancellationToken ct) =>
        Task.FromResult(Samples.Prepared(Manifest) with { Arithmetic = Arithmetic });

    public Task<PreparedInputs> PinAsync(ScoringJob job, PreparedInputs prepared, CancellationToken ct)
    {
        Pins++;
        return Task.FromResult(prepared);
    }

    public Task<Measured<double>> TimeModelAsync(PreparedInputs prepared, CancellationToken ct) => Task.FromResult(Measured<double>.Of(1_500));

    public Task<ModelGrowth> GrowthAsync(RunPlan before, PreparedInputs prepared, CancellationToken ct) =>
        Task.FromResult<ModelGrowth>(new ModelGrowth.Another("its trees were not compared"));

    public Task<InputManifest> FreezeInputAsync(ScoringJob job, RunId run, CancellationToken ct) => Task.FromResult(Manifest);

    public Task<IReadOnlyList<CapacityOffer>> OffersAsync(ScoringJob job, DateTimeOffset at, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CapacityOffer>>([Samples.Local() with { PerWorkerHour = Price }]);

    public async Task<GateVerdict> JudgeAsync(RunPlan plan, IReadOnlyList<ColumnProfile> profiles, CancellationToken ct)
    {
        Clock.Advance(_judging);
        await AtJudging(plan);
        return Verdict;
    }

    /// <summary>What a run has spent, as the tests say.</summary>
    public Func<Measured<Money>> Spent { get; set; } = () => Measured<Money>.NotMeasured("no price");

    public Task<Measured<Money>> SpentAsync(RunId run, CancellationToken ct) => Task.FromResult(Spent());

    public Task CloseAsync(RunId run, CancellationToken ct)
    {
        Closings++;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _state.DisposeAsync();
}
