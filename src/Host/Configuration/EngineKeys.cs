using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.KeyTypes;
using BatchEngine.Host.Configuration.Texts;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Memory;

namespace BatchEngine.Host.Configuration;

/// <summary>The keys of the engine's configuration.</summary>
internal static class EngineKeys
{
    private const int MaxDeviceId = 255;

    public static Key<string> DataDirectory { get; } = new("dataDirectory", TextType.Any, "The folder of database and blobs.",
        EngineConfiguration.DefaultDataDirectory);

    public static Key<string> Database { get; } = new("database", TextType.Any,
        "A SQLite file, or a PostgreSQL database: Host=...;Database=...;Username=...")
    {
        OldName = "databasePath",
        Otherwise = "batchengine.db in the data directory",
        Example = "batchengine-data/batchengine.db",
    };

    public static Key<string> Blobs { get; } = new("blobs", TextType.Any,
        "Where segments, run files, models and reports lie: a folder, s3://bucket/prefix or az://container/prefix.")
    {
        OldName = "blobsRoot",
        Otherwise = "blobs in the data directory",
        Example = "batchengine-data/blobs",
    };

    public static Key<string> JobsDirectory { get; } = new("jobsDirectory", TextType.Any, "The folder of job files that serve schedules.",
        EngineConfiguration.DefaultJobsDirectory);

    public static Key<string> PricesDirectory { get; } = new("pricesDirectory", TextType.Any, "The folder of dated price sheets.",
        EngineConfiguration.DefaultPricesDirectory);

    public static Key<string> HttpUrl { get; } =
        new("httpUrl", Address("an address such as http://localhost:5080"), "Where serve answers HTTP/1.1, without TLS.",
            EngineConfiguration.DefaultHttpUrl);

    public static Key<string> Http2Url { get; } =
        new("http2Url", Address("an address such as http://localhost:5082, or none", takesNone: true),
            "Where serve answers HTTP/2, without TLS and by prior knowledge (h2c).", "none");

    public static Key<string> RealtimeUrl { get; } =
        new("realtimeUrl", new TextType("the address of an endpoint such as http://localhost:5090, or none")
        {
            ProblemOf = text => text == "none" || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.PathAndQuery == "/"
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)) ? null : "",
            Pattern = "^(none$|https?://)",
        },
            "The endpoint that a router asks for real-time scores; without it the router scores in its own process.", "none");

    public static Key<TimeSpan> LeaseTtl { get; } = new("leaseTtl", new DurationType(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        "How long a worker may be silent before its shard is given to another.", LeasePolicy.Default.Ttl)
    {
        Remedy = "A worker renews its lease three times within this.",
    };

    public static Key<int> Workers { get; } = new("workers", new WholeNumberType<int>(0, JobKeys.MaxWorkers),
        "Workers of a run when the job does not say; 0 means one per core.", 0);

    public static Key<bool> OwnWorkers { get; } = new("ownWorkers", FlagType.Either,
        "Whether the runs that this machine leads are scored by workers of its own, as their jobs say; false leaves all of them to workers elsewhere "
        + "(batchengine worker --any).", true);

    public static Key<string> Offering { get; } = new("offering", new TextType(OfferingText.Expected)
    {
        ProblemOf = text => Domain.Offering.Parse(text) is null ? "" : null,
        Pattern = "^[^/]+/[^/]+/[^/]+/(on-demand|spot)$",
        Remedy = "Purchase is spot or on-demand; the first three are as in the price sheets.",
        Called = "provider/type/zone/purchase",
    }, "What this machine is rented as, so that what its workers use is priced by that. An hour of it is shared by the workers of one process.")
    {
        Otherwise = "the price of this machine's cores; none for a worker of another's run",
        Example = "ec2/c7a.xlarge/eu-west-1a/spot",
    };

    public static Key<ExecutionDevice> Device { get; } = new("device", new ChoiceType<ExecutionDevice>(),
        "The processor; a card, or the processor with a note when there is none; or what is measured to be faster when a model is loaded.",
        ExecutorOptions.Default.Device);

    public static Key<int> DeviceId { get; } = new("deviceId", new WholeNumberType<int>(0, MaxDeviceId), "Which card, counted from 0.",
        ExecutorOptions.Default.DeviceId);

    public static Key<long> DeviceMemoryBytes { get; } = new("deviceMemoryBytes", new SizeType(ExecutorOptions.MinDeviceMemoryBytes, long.MaxValue),
        "The most memory of a card that one model may use.", ExecutorOptions.Default.DeviceMemoryBytes);

    public static SectionKey Execution { get; } = new("execution", "Where models run.", Device, DeviceId, DeviceMemoryBytes);

    public static Key<int> MaxKeysPerRequest { get; } = new("maxKeysPerRequest", new WholeNumberType<int>(1, 1_000_000), "The most keys in one batch look-up.",
        RequestLimits.Default.MaxKeysPerRequest);

    public static Key<long> MaxRequestBytes { get; } = new("maxRequestBytes", new SizeType(1024, 1 << 30), "The largest request body.",
        RequestLimits.Default.MaxRequestBytes);

    public static Key<long> MaxBytesInFlight { get; } = new("maxBytesInFlight", new SizeType(RequestLimits.LeastBytesInFlight, long.MaxValue),
        "What the bodies and answers of all requests may hold of memory together; beyond it requests are answered with 503.",
        RequestLimits.Default.MaxBytesInFlight);

    public static Key<int> MaxConnections { get; } = new("maxConnections", new WholeNumberType<int>(1, 1_000_000),
        "The most open connections; further ones are closed at once.", RequestLimits.Default.MaxConnections);

    public static Key<TimeSpan> RequestTimeout { get; } = new("timeout", new DurationType(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
        "How long a body may take to come, and each piece of a batch's answer to be read.", RequestLimits.Default.Timeout);

    public static SectionKey Requests { get; } = new("requests", "What one router process accepts in one request; more is refused with a clear answer.",
        MaxKeysPerRequest, MaxRequestBytes, MaxBytesInFlight, MaxConnections, RequestTimeout)
    { OldName = "live" };

    public static Key<TimeSpan> StopDrain { get; } = new("drain", new DurationType(TimeSpan.Zero, StopLimits.MostWithin),
        "How long serve still answers after it was asked to stop, while readiness fails and every answer ends its connection.", StopLimits.Default.Drain);

    public static Key<TimeSpan> StopWithin { get; } = new("within", new DurationType(TimeSpan.FromSeconds(1), StopLimits.MostWithin),
        "How long stopping takes at most, draining included; what is still under way then is cut off.", StopLimits.Default.Within);

    public static SectionKey Stop { get; } = new("stop", "How serve ends when it is asked to.", StopDrain, StopWithin);

    public static Key<long> MemoryLimit { get; } = new("limit", new SizeType(MemoryCeiling.LeastBytes, long.MaxValue) { TakesNone = true },
        "The most memory of its own that a scoring process holds; rows of a unit and workers are cut until they fit, "
            + "and what cannot fit is refused with the least size that would do.", 0);

    public static SectionKey Memory { get; } = new("memory", "A hard ceiling of a process that scores.", MemoryLimit);

    public static Key<string> CopiesFolder { get; } = new("folder", TextType.Any, "On a disk of this machine; several processes may share it.")
    {
        Otherwise = "copies in the data directory",
        Example = "/var/cache/batchengine",
    };

    public static Key<long> CopiesLimit { get; } =
        new("limit", new SizeType(1, long.MaxValue), "The most that they take together; the longest unused goes first.")
        {
            Otherwise = "a quarter of the disk",
            Example = "50GiB",
        };

    public static SectionKey Copies { get; } = new("copies", "Files of what a blob store elsewhere holds; a folder of blobs needs none.",
        CopiesFolder, CopiesLimit);

    public static Key<string> AlertsCommand { get; } = new("command", TextType.Any,
        "Given to the shell by serve for each night that failed, was held back or could not start. BATCHENGINE_ALERT_JOB, _RUN, _OUTCOME and _TEXT tell it "
        + "which.")
    {
        Otherwise = "nothing is called",
        Example = "curl --data \"$BATCHENGINE_ALERT_TEXT\" https://alerts.example/nights",
    };

    public static SectionKey Alerts { get; } = new("alerts", "Who is told when a night goes wrong.", AlertsCommand);

    /// <summary>The whole file, in the order of the documents.</summary>
    public static SectionKey File { get; } = new("", "Where a process keeps its state and how it behaves.",
        DataDirectory, Database, Blobs, ObjectStoreKeys.Section, JobsDirectory, PricesDirectory, HttpUrl, Http2Url, RealtimeUrl, LeaseTtl, Workers,
            OwnWorkers, Offering, Execution,
        Requests, Stop, Memory, Copies, RetentionKeys.Section, Alerts);

    private static TextType Address(string expected, bool takesNone = false) => new(expected)
    {
        ProblemOf = text => (takesNone && text == "none")
            || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp) ? null : "",
        Pattern = takesNone ? "^(none$|http://)" : "^http://",
    };
}
