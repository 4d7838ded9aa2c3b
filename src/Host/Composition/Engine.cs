using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Models;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>The state of one process, opened: database, blobs, models and prices. A store is a view of the database: whoever needs one makes it. Safe for
/// many threads; dispose it after all work has ended.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly Lazy<JobRuns> _jobs;
    private readonly ObjectSources _objects;

    private Engine(EngineConfiguration configuration, StateDatabase database, TimeProvider clock, Func<IRunLog> log, Action<string> note)
    {
        (Configuration, Database, Clock) = (configuration, database, clock);
        Blobs = BlobStores.Open(configuration.Blobs, configuration.ObjectStore, clock, note);
        Copies = configuration.CopiesOf(Blobs);
        _objects = new ObjectSources(configuration.ObjectStore, clock);
        Inputs = new InputFiles(_objects) { FooterFolder = Path.Combine(configuration.DataDirectory, "footers") };
        Registry = new ModelRegistry(new ModelStore(database), new FileModels(new FileModelStore(database), Copies), Copies, ExecutorFactory.InspectWhole);
        Prices = new CurrentPrices(new PriceReadings(database), PriceSources.Folder(configuration), PriceSources.Of(configuration), clock, note);
        if (configuration.MemoryLimitBytes > 0)
            new MemoryCeiling(configuration.MemoryLimitBytes).TellCollector();
        // A look-up or a list starts without the rooms that score.
        _jobs = new Lazy<JobRuns>(() => new JobRuns(configuration, database, Copies, Inputs, Registry, Prices, clock, log(), note));
    }

    /// <summary>What was configured.</summary>
    public EngineConfiguration Configuration { get; }

    /// <summary>The machine's clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The SQL database.</summary>
    public StateDatabase Database { get; }

    /// <summary>The blob store.</summary>
    public IBlobStore Blobs { get; }

    /// <summary>Files of what the blob store holds.</summary>
    public LocalCopies Copies { get; }

    /// <summary>Where the input files of jobs are.</summary>
    public InputFiles Inputs { get; }

    /// <summary>The model registry.</summary>
    public ModelRegistry Registry { get; }

    /// <summary>What capacity costs.</summary>
    public CurrentPrices Prices { get; }

    /// <summary>Runs jobs; made when it is first asked for.</summary>
    public JobRuns Jobs => _jobs.Value;

    /// <summary>Opens the state; runs are told on the screen.</summary>
    /// <exception cref="BadInputException">The blob folder belongs to another database.</exception>
    /// <exception cref="StorageFailedException">Database or blob folder cannot be used.</exception>
    public static Task<Engine> OpenAsync(EngineConfiguration configuration, TimeProvider clock, Screen screen, CancellationToken ct) =>
        OpenAsync(configuration, clock, () => new RunLog(screen), screen.Note, ct);

    /// <summary>Opens the state.</summary>
    /// <param name="configuration">Where it is.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="log">Makes what hears the events of runs.</param>
    /// <param name="note">Told about models, in a sentence.</param>
    /// <param name="ct">Stops opening.</param>
    /// <exception cref="BadInputException">The blob folder belongs to another database.</exception>
    /// <exception cref="StorageFailedException">Database or blob folder cannot be used.</exception>
    public static async Task<Engine> OpenAsync(EngineConfiguration configuration, TimeProvider clock, Func<IRunLog> log, Action<string> note,
        CancellationToken ct)
    {
        var database = await StateDatabase.OpenAsync(configuration.Database, clock, ct).ConfigureAwait(false);
        var engine = new Engine(configuration, database, clock, log, note);
        try
        {
            await new StoreClaim(database, engine.Blobs).EnsureAsync(ct).ConfigureAwait(false);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_jobs.IsValueCreated)
            _jobs.Value.Dispose();
        _objects.Dispose();
        (Blobs as IDisposable)?.Dispose();
        await Database.DisposeAsync().ConfigureAwait(false);
    }
}
