using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Memory;

namespace BatchEngine.Host.Configuration;

/// <summary>Reads <see cref="EngineConfiguration"/> from its file and the environment. Stateless, thread-safe.</summary>
internal static class EngineConfigurationFile
{
    /// <summary>What every variable's name starts with.</summary>
    public const string VariablePrefix = "BATCHENGINE_";

    /// <summary>Where the file is looked for when nobody names one.</summary>
    public const string DefaultPath = "config/batchengine.yaml";

    private const int MaxDeviceId = 255;
    private const string RequestsSection = "requests";
    private const string OldRequestsSection = "live";

    /// <summary>The keys, "requests.maxRequestBytes" for one in a section.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "dataDirectory", "databasePath", "blobsRoot", "jobsDirectory", "pricesDirectory", "httpUrl", "leaseTtl", "workers",
        "execution.device", "execution.deviceId", "execution.deviceMemoryBytes",
        "requests.maxKeysPerRequest", "requests.maxRequestBytes",
        "memory.limit",
    ];

    /// <summary>Reads file and environment; <paramref name="warn"/> hears of names that still read but are old.</summary>
    public static EngineConfiguration Load(string? path, Func<string, string?> variable, Action<string> warn)
    {
        var file = path ?? (File.Exists(DefaultPath) ? DefaultPath : null);
        var problems = new ConfigProblems(file ?? "environment");
        var root = file is null ? new YamlNode.Mapping(1, 1, []) : YamlText.ReadFile(file, problems);
        var result = Read(Override(WithNewNames(root, problems), variable, problems), problems);
        foreach (var warning in problems.Warnings)
            warn(warning);
        return result;
    }

    /// <summary>"requests.maxRequestBytes" is overridden by BATCHENGINE_REQUESTS_MAX_REQUEST_BYTES.</summary>
    public static string VariableOf(string key) =>
        VariablePrefix + string.Concat(key.Select(c => c == '.' ? "_" : char.IsAsciiLetterUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    /// <summary>Reads the configuration from nodes.</summary>
    internal static EngineConfiguration Read(YamlNode.Mapping root, ConfigProblems problems)
    {
        var reader = new SectionReader(WithNewNames(root, problems), "", problems);
        var preset = EngineConfiguration.In(reader.Text("dataDirectory") ?? EngineConfiguration.DefaultDataDirectory);
        var requests = reader.Section("requests");
        var execution = reader.Section("execution");
        var memory = reader.Section("memory");
        var result = preset with
        {
            DatabasePath = FullPath(reader.Text("databasePath"), preset.DatabasePath),
            BlobsRoot = FullPath(reader.Text("blobsRoot"), preset.BlobsRoot),
            JobsDirectory = FullPath(reader.Text("jobsDirectory"), preset.JobsDirectory),
            PricesDirectory = FullPath(reader.Text("pricesDirectory"), preset.PricesDirectory),
            HttpUrl = reader.Parsed("httpUrl", preset.HttpUrl, "an address such as http://localhost:5080", text => (IsHttp(text), text)),
            LeaseTtl = LeaseTtl(reader, preset.LeaseTtl),
            Workers = (int)reader.Integer("workers", preset.Workers, 0, JobFile.MaxWorkers),
            Execution = preset.Execution with
            {
                Device = execution.Choice("device", preset.Execution.Device),
                DeviceId = (int)execution.Integer("deviceId", preset.Execution.DeviceId, 0, MaxDeviceId),
                DeviceMemoryBytes = execution.Integer("deviceMemoryBytes", preset.Execution.DeviceMemoryBytes, ExecutorOptions.MinDeviceMemoryBytes,
                    long.MaxValue),
            },
            Requests = new RequestLimits(
                (int)requests.Integer("maxKeysPerRequest", preset.Requests.MaxKeysPerRequest, 1, 1_000_000),
                (int)requests.Integer("maxRequestBytes", preset.Requests.MaxRequestBytes, 1024, 1 << 30)),
            MemoryLimitBytes = memory.Parsed("limit", preset.MemoryLimitBytes,
                $"{BytesText.Expected}, at least {MemoryCeiling.LeastBytes / 1_000_000}MB; or none",
                text => text == "none" ? (true, 0) : (BytesText.TryParse(text, out var bytes) && bytes >= MemoryCeiling.LeastBytes, bytes)),
        };
        requests.RefuseUnknownKeys();
        execution.RefuseUnknownKeys();
        memory.RefuseUnknownKeys();
        reader.RefuseUnknownKeys();
        problems.ThrowIfAny();
        return result;
    }

    /// <summary>Puts the variables that are set in the place of the file's values.</summary>
    private static YamlNode.Mapping Override(YamlNode.Mapping root, Func<string, string?> variable, ConfigProblems problems)
    {
        foreach (var key in Keys)
        {
            var text = variable(VariableOf(key));
            var old = key.StartsWith(RequestsSection + ".", StringComparison.Ordinal) ? VariableOf(OldRequestsSection + key[RequestsSection.Length..]) : null;
            if (text is not { Length: > 0 } && old is not null && (text = variable(old)) is { Length: > 0 })
                problems.Warn($"The environment variable {old} is called {VariableOf(key)} now; the old name still reads.");
            if (text is { Length: > 0 })
                root = With(root, key.Split('.'), text);
        }
        return root;
    }

    // The limits of a request were called "live" once.
    private static YamlNode.Mapping WithNewNames(YamlNode.Mapping root, ConfigProblems problems)
    {
        if (root.Entries.FirstOrDefault(e => e.Key.Text == OldRequestsSection) is not { Key: { } old } entry)
            return root;
        if (root.Entries.Any(e => e.Key.Text == RequestsSection))
        {
            problems.Add(old, OldRequestsSection, $"'{OldRequestsSection}' beside '{RequestsSection}'", "one of them",
                $"Move its keys to '{RequestsSection}' and remove '{OldRequestsSection}', its old name.");
            return root with { Entries = [.. root.Entries.Where(e => e.Key.Text != OldRequestsSection)] };
        }

        problems.Warn($"{problems.Place(old, OldRequestsSection)} is called '{RequestsSection}' now; the old name still reads.");
        return root with { Entries = [.. root.Entries.Select(e => e.Key.Text == OldRequestsSection ? (old with { Text = RequestsSection }, e.Value) : e)] };
    }

    private static YamlNode.Mapping With(YamlNode.Mapping root, ReadOnlySpan<string> path, string text)
    {
        var key = path[0];
        var existing = root.Entries.FirstOrDefault(e => e.Key.Text == key);
        YamlNode value = path.Length == 1
            ? new YamlNode.Scalar(0, 0, text, IsQuoted: true)
            : With(existing.Value as YamlNode.Mapping ?? new YamlNode.Mapping(0, 0, []), path[1..], text);
        var entry = (existing.Key ?? new YamlNode.Scalar(0, 0, key, IsQuoted: true), value);
        return root with { Entries = [.. root.Entries.Where(e => e.Key.Text != key), entry] };
    }

    private static TimeSpan LeaseTtl(SectionReader reader, TimeSpan preset)
    {
        var given = reader.Duration("leaseTtl", preset)!.Value;
        if (given >= TimeSpan.FromSeconds(1) && given <= TimeSpan.FromHours(1))
            return given;
        reader.Wrong("leaseTtl", reader.Find("leaseTtl")!, "a duration from 1s to 1h", "A worker renews its lease three times within this.");
        return preset;
    }

    private static bool IsHttp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https");

    private static string FullPath(string? given, string preset) => given is null ? preset : Path.GetFullPath(given);
}
