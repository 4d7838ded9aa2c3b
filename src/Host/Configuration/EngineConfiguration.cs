using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scorer.Execution;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Host.Configuration;

/// <summary>Where this process keeps its state and how it behaves; every value has a default.</summary>
/// <param name="DataDirectory">The folder of database and blobs; default "batchengine-data" in the working directory.</param>
/// <param name="Database">The SQLite file, or the connection string of a PostgreSQL database; default "batchengine.db" in the data directory.</param>
/// <param name="Blobs">Where segments, run files, models and reports lie, a folder, "s3://bucket/prefix" or "az://container/prefix"; default "blobs" in the
/// data directory.</param>
/// <param name="JobsDirectory">The folder of job files that `serve` schedules; default "config/jobs".</param>
/// <param name="PricesDirectory">The folder of price sheets; default "config/prices".</param>
/// <param name="HttpUrl">Where `serve` answers HTTP/1.1; default "http://localhost:5080".</param>
/// <param name="LeaseTtl">How long a worker may be silent before its shard is given to another; default 30 seconds.</param>
/// <param name="Workers">Workers of a run when the job does not say; 0 means one per core; default 0.</param>
/// <param name="Execution">Where models run; default the processor.</param>
/// <param name="Requests">What one router process accepts in one request.</param>
public sealed record EngineConfiguration(
    string DataDirectory,
    string Database,
    string Blobs,
    string JobsDirectory,
    string PricesDirectory,
    string HttpUrl,
    TimeSpan LeaseTtl,
    int Workers,
    ExecutorOptions Execution,
    RequestLimits Requests)
{
    // The described keys take these from here: whoever needs only the defaults does not pay for the descriptions, 15 ms of a short command.
    internal const string DefaultDataDirectory = "batchengine-data";
    internal const string DefaultJobsDirectory = "config/jobs";
    internal const string DefaultPricesDirectory = "config/prices";
    internal const string DefaultHttpUrl = "http://localhost:5080";

    /// <summary>The most resident bytes of a process that scores (memory.limit): rows of a unit and workers are cut until they fit, and the garbage collector
    /// keeps to it. 0 (the default) means no limit.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>Whether runs that this machine leads are scored by workers of its own, as their jobs say; false leaves all of them to workers elsewhere.
    /// Default true.</summary>
    public bool OwnWorkers { get; init; } = true;

    /// <summary>What this machine is rented as; null (the default) means that nobody said: a coordinator then goes by the price of this machine's cores, and
    /// the usage of a worker has no price.</summary>
    public Offering? Offering { get; init; }

    /// <summary>How a bucket is reached, when <see cref="Blobs"/> or an input is one.</summary>
    public ObjectStoreOptions ObjectStore { get; init; } = ObjectStoreOptions.Default;

    /// <summary>Where blobs of a store elsewhere are kept as files of this machine, several processes may share it; null (the default) means "copies" in the
    /// data directory.</summary>
    public string? CopiesFolder { get; init; }

    /// <summary>The most that those files take together; null (the default) means a quarter of the disk.</summary>
    public long? CopiesLimitBytes { get; init; }

    /// <summary>How long what has outlived its use is kept.</summary>
    public RetentionRules Retention { get; init; } = RetentionRules.Default;

    /// <summary>Whether `serve` and `scheduler` let go of it once a day. Default no: somebody says `retention apply`.</summary>
    public bool RetiresEveryDay { get; init; }

    /// <summary>How `serve` ends when it is asked to.</summary>
    public StopLimits Stop { get; init; } = StopLimits.Default;

    /// <summary>Where `serve` answers HTTP/2 without TLS; null (the default) means nowhere.</summary>
    public string? Http2Url { get; init; }

    /// <summary>The endpoint that a router asks for real-time scores; null (the default) means that it scores in its own process.</summary>
    public string? RealtimeUrl { get; init; }

    /// <summary>What `serve` gives to the shell for each night that failed, was held back or could not start; null (the default) means nothing.</summary>
    public string? AlertsCommand { get; init; }

    /// <summary>Files of what a blob store holds.</summary>
    internal LocalCopies CopiesOf(IBlobStore blobs) => new(blobs, CopiesFolder ?? Path.Combine(DataDirectory, "copies"), CopiesLimitBytes);

    /// <summary>Without the password of a database.</summary>
    public override string ToString() => $"data in {DataDirectory}, database {StateDatabase.Shown(Database)}";

    /// <summary>Every default, with all state in the given folder.</summary>
    public static EngineConfiguration In(string dataDirectory)
    {
        var data = Path.GetFullPath(dataDirectory);
        return new EngineConfiguration(data, Path.Combine(data, "batchengine.db"), Path.Combine(data, "blobs"),
            Path.GetFullPath(DefaultJobsDirectory), Path.GetFullPath(DefaultPricesDirectory), DefaultHttpUrl,
            LeasePolicy.Default.Ttl, Workers: 0, ExecutorOptions.Default, RequestLimits.Default);
    }

    /// <summary>
    /// Reads the configuration: defaults, then the file, then the environment (BATCHENGINE_DATA_DIRECTORY, BATCHENGINE_REQUESTS_MAX_REQUEST_BYTES, ...).
    /// </summary>
    /// <param name="path">The YAML file; null means config/batchengine.yaml when it is there, else no file.</param>
    /// <param name="warn">Told, in a sentence, of each old name that still reads.</param>
    /// <exception cref="BadInputException">The file is missing, or the file or a variable has problems; all of them are named.</exception>
    public static EngineConfiguration Load(string? path, Action<string> warn) =>
        EngineConfigurationFile.Load(path, HasVariables() ? Environment.GetEnvironmentVariable : null, warn);

    private static bool HasVariables()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys)
        {
            if (name is string text && text.StartsWith(VariableName.Prefix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
