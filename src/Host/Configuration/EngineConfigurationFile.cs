using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Configuration;

/// <summary>Reads <see cref="EngineConfiguration"/> from its file and the environment.</summary>
internal static class EngineConfigurationFile
{
    /// <summary>Where the file is looked for when nobody names one.</summary>
    public const string DefaultPath = "config/batchengine.yaml";

    /// <summary>The keys, "requests.maxRequestBytes" for one in a section; each can be overridden by an environment variable.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. EngineKeys.File.Walk().Where(k => k.Key is not SectionKey).Select(k => k.Path)];

    // "requests.maxRequestBytes" was "live.maxRequestBytes", "database" was "databasePath", "blobs" was "blobsRoot": their variables by the old names are
    // read, too.
    private static readonly Dictionary<string, string> s_oldKeys = EngineKeys.File.Keys.Where(k => k.OldName is not null)
        .SelectMany(k => k is SectionKey s ? s.Keys.Select(inner => (New: $"{s.Name}.{inner.Name}", Old: $"{s.OldName}.{inner.Name}"))
            : [(New: k.Name, Old: k.OldName!)])
        .ToDictionary(k => k.New, k => k.Old, StringComparer.Ordinal);

    /// <summary>Reads file and environment; <paramref name="warn"/> hears of names that still read but are old.</summary>
    /// <param name="path">The file; null means the default path when something is there.</param>
    /// <param name="variable">The value of an environment variable; null means that none of ours is set.</param>
    /// <param name="warn">Told a sentence an old name.</param>
    public static EngineConfiguration Load(string? path, Func<string, string?>? variable, Action<string> warn)
    {
        var file = path ?? (File.Exists(DefaultPath) ? DefaultPath : null);
        var problems = new ConfigProblems(file ?? "environment");
        var root = file is null ? new YamlNode.Mapping(1, 1, []) : YamlText.ReadFile(file, problems);
        if (root.Entries.Count == 0 && variable is null)
        {
            problems.ThrowIfAny();
            return EngineConfiguration.In(EngineConfiguration.DefaultDataDirectory);
        }
        var result = Read(Override(OldNames.Replace(EngineKeys.File, root, "", problems), variable ?? (_ => null), problems), problems);
        foreach (var warning in problems.Warnings)
            warn(warning);
        return result;
    }

    /// <summary>Reads the configuration from nodes.</summary>
    internal static EngineConfiguration Read(YamlNode.Mapping root, ConfigProblems problems)
    {
        var reader = new SectionReader(EngineKeys.File, root, "", problems);
        var preset = EngineConfiguration.In(reader.Read(EngineKeys.DataDirectory));
        var requests = reader.Section(EngineKeys.Requests);
        var execution = reader.Section(EngineKeys.Execution);
        var stop = reader.Section(EngineKeys.Stop);
        var retention = reader.Section(RetentionKeys.Section);
        var copies = reader.Section(EngineKeys.Copies);
        var result = preset with
        {
            Database = reader.ReadOrNull(EngineKeys.Database) is { } database && StateDatabase.IsServer(database) ? database
                : FullPath(reader.ReadOrNull(EngineKeys.Database), preset.Database),
            Blobs = reader.ReadOrNull(EngineKeys.Blobs) is { } place && place.Contains("://", StringComparison.Ordinal) ? place
                : FullPath(reader.ReadOrNull(EngineKeys.Blobs), preset.Blobs),
            ObjectStore = ObjectStoreKeys.Read(reader.Section(ObjectStoreKeys.Section)),
            JobsDirectory = Path.GetFullPath(reader.Read(EngineKeys.JobsDirectory)),
            PricesDirectory = Path.GetFullPath(reader.Read(EngineKeys.PricesDirectory)),
            HttpUrl = reader.Read(EngineKeys.HttpUrl),
            Http2Url = reader.Read(EngineKeys.Http2Url) is var second && second == EngineKeys.Http2Url.Default ? null : second,
            RealtimeUrl = reader.Read(EngineKeys.RealtimeUrl) is var endpoint && endpoint == EngineKeys.RealtimeUrl.Default ? null : endpoint,
            LeaseTtl = reader.Read(EngineKeys.LeaseTtl),
            Workers = reader.Read(EngineKeys.Workers),
            OwnWorkers = reader.Read(EngineKeys.OwnWorkers),
            Offering = reader.ReadOrNull(EngineKeys.Offering) is { } offering ? Domain.Offering.Parse(offering) : null,
            Execution = preset.Execution with
            {
                Device = execution.Read(EngineKeys.Device),
                DeviceId = execution.Read(EngineKeys.DeviceId),
                DeviceMemoryBytes = execution.Read(EngineKeys.DeviceMemoryBytes),
            },
            Requests = new RequestLimits(requests.Read(EngineKeys.MaxKeysPerRequest), (int)requests.Read(EngineKeys.MaxRequestBytes))
            {
                MaxBytesInFlight = requests.Read(EngineKeys.MaxBytesInFlight),
                MaxConnections = requests.Read(EngineKeys.MaxConnections),
                Timeout = requests.Read(EngineKeys.RequestTimeout),
            },
            Stop = new StopLimits(stop.Read(EngineKeys.StopDrain), stop.Read(EngineKeys.StopWithin)),
            MemoryLimitBytes = reader.Section(EngineKeys.Memory).Read(EngineKeys.MemoryLimit),
            CopiesFolder = copies.ReadOrNull(EngineKeys.CopiesFolder) is { } folder ? Path.GetFullPath(folder) : null,
            CopiesLimitBytes = copies.ReadOrNull(EngineKeys.CopiesLimit),
            Retention = RetentionKeys.Read(retention),
            RetiresEveryDay = retention.Read(RetentionKeys.EveryDay),
            AlertsCommand = reader.Section(EngineKeys.Alerts).ReadOrNull(EngineKeys.AlertsCommand),
        };
        problems.ThrowIfAny();
        return result;
    }

    /// <summary>Puts the variables that are set in the place of the file's values.</summary>
    private static YamlNode.Mapping Override(YamlNode.Mapping root, Func<string, string?> variable, ConfigProblems problems)
    {
        foreach (var key in Keys)
        {
            var text = variable(VariableName.Of(key));
            if (text is not { Length: > 0 } && s_oldKeys.TryGetValue(key, out var oldKey)
                && (text = variable(VariableName.Of(oldKey))) is { Length: > 0 })
                problems.Warn($"The environment variable {VariableName.Of(oldKey)} is called {VariableName.Of(key)} now; the old name still reads.");
            if (text is { Length: > 0 })
                root = With(root, key.Split('.'), text);
        }
        return root;
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

    private static string FullPath(string? given, string preset) => given is null ? preset : Path.GetFullPath(given);
}
