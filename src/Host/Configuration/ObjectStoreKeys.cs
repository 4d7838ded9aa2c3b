using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Host.Configuration;

/// <summary>The keys of the section `objectStore`.</summary>
internal static class ObjectStoreKeys
{
    private const int MostPartBytes = 1 << 30;

    public static Key<string> Endpoint { get; } = new("endpoint", new TextType("an address such as http://localhost:9000")
    {
        ProblemOf = text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? null : "",
        Pattern = "^https?://",
    }, "The address of a store other than the cloud's own.")
    {
        Otherwise = "the cloud's own",
        Example = "http://localhost:9000",
    };

    public static Key<string> Region { get; } = new("region", TextType.Any, "The region of the bucket.")
    {
        Otherwise = "what the environment or profile says; us-east-1 with an endpoint",
        Example = "eu-central-1",
    };

    public static Key<bool> PathStyle { get; } = new("pathStyle", FlagType.Either, "Whether the bucket stands in the path of an address, not in its host name.")
    {
        Otherwise = "true with an endpoint",
        Example = "true",
    };

    public static Key<TimeSpan> Timeout { get; } = new("timeout", new DurationType(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        "How long one request may take, its body included.", ObjectStoreOptions.Default.Timeout);

    public static Key<TimeSpan> RetryFor { get; } = new("retryFor", new DurationType(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        "How long what failed in passing is tried again, with growing pauses.", ObjectStoreOptions.Default.RetryFor);

    public static Key<long> PartBytes { get; } = new("partBytes", new SizeType(ObjectStoreOptions.LeastPartBytes, MostPartBytes),
        "What is longer is written in pieces of this length, 10,000 at most; a writer holds three in memory.", ObjectStoreOptions.Default.PartBytes);

    public static SectionKey Section { get; } = new("objectStore",
        "How a bucket is reached. Credentials are found as by other tools: environment, profile, role.", Endpoint, Region, PathStyle, Timeout, RetryFor,
        PartBytes);

    /// <summary>Reads the section.</summary>
    public static ObjectStoreOptions Read(SectionReader section) => new()
    {
        Endpoint = section.ReadOrNull(Endpoint),
        Region = section.ReadOrNull(Region),
        PathStyle = section.ReadOrNull(PathStyle),
        Timeout = section.Read(Timeout),
        RetryFor = section.Read(RetryFor),
        PartBytes = (int)section.Read(PartBytes),
    };

    /// <summary>The variables that make another process reach the store in the same way.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables(ObjectStoreOptions options)
    {
        (ConfigKey Key, string? Text)[] given =
        [
            (Endpoint, options.Endpoint), (Region, options.Region), (PathStyle, options.PathStyle is { } style ? FlagType.Either.TextOf(style) : null),
            (Timeout, Timeout.Type.TextOf(options.Timeout)), (RetryFor, RetryFor.Type.TextOf(options.RetryFor)),
            (PartBytes, PartBytes.Type.TextOf(options.PartBytes)),
        ];
        return given.Where(g => g.Text is not null).Select(g => KeyValuePair.Create(VariableName.Of($"{Section.Name}.{g.Key.Name}"), g.Text!));
    }
}
