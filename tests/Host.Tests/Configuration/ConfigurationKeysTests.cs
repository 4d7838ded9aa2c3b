using System.Text.Json;
using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.Configuration;

/// <summary>Schema, parser and the commented default file name the same keys.</summary>
public sealed class ConfigurationKeysTests
{
    [Fact]
    public void JobSchema_NamesExactlyTheKeysThatTheParserReads()
    {
        var problems = new ConfigProblems("job.yaml");
        JobFile.Read(YamlText.Read("name: j\ninput: i\nkey: k\nmodel: m@a\noutput: o\n", problems), "/", problems);
        Assert.Equal(problems.AskedKeys.Order(StringComparer.Ordinal), SchemaKeys("config/job.schema.json"));
    }

    [Fact]
    public void EngineSchema_NamesExactlyTheKeysThatTheParserReads()
    {
        var problems = new ConfigProblems("batchengine.yaml");
        EngineConfigurationFile.Read(new YamlNode.Mapping(1, 1, []), problems);
        Assert.Equal(problems.AskedKeys.Order(StringComparer.Ordinal), SchemaKeys("config/batchengine.schema.json"));
        Assert.Equal(EngineConfigurationFile.Keys.Order(StringComparer.Ordinal),
            problems.AskedKeys.Where(k => !EngineKeys.File.Keys.Any(s => s is SectionKey && s.Name == k))
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PriceSchema_NamesExactlyTheKeysThatTheParserReads()
    {
        var problems = new ConfigProblems("p.yaml");
        PriceSheetFile.Read(YamlText.Read(
            "source: me\nobserved: 2026-01-01\ncurrency: USD\nofferings: [{ provider: local, type: t, zone: z, spotPerHour: 1 }]", problems), problems);
        Assert.Equal(problems.AskedKeys.Order(StringComparer.Ordinal),
            PriceSheetKeys.File.Walk().Select(k => k.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(typeof(EngineKeys))]
    [InlineData(typeof(JobKeys))]
    [InlineData(typeof(ScheduleKeys))]
    [InlineData(typeof(QualityKeys))]
    [InlineData(typeof(ServingKeys))]
    [InlineData(typeof(PriceSheetKeys))]
    [InlineData(typeof(FeatureKeys))]
    public void EveryDescribedKey_StandsInItsFile(Type keys)
    {
        var standing = new[] { EngineKeys.File, JobKeys.File, PriceSheetKeys.File, FeatureKeys.File, FeatureKeys.Feature }
            .SelectMany(f => f.Walk().Select(k => k.Key).Append(f)).ToHashSet();
        var described = keys.GetProperties().Select(p => p.GetValue(null)).OfType<ConfigKey>().ToList();
        Assert.NotEmpty(described);
        Assert.DoesNotContain(described, key => !standing.Contains(key));
    }

    [Fact]
    public void FeaturesSchema_NamesEveryStep()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "config/features.schema.json")));
        var words = schema.RootElement.GetProperty("$defs").GetProperty("step").GetProperty("oneOf").EnumerateArray()
            .SelectMany(s => s.TryGetProperty("const", out var alone) ? [alone.GetString()!]
                : s.GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal(FeatureSteps.Words.Order(StringComparer.Ordinal), words.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NoFileAndNoVariable_IsWhatTheDescribedKeysSay()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["empty.yaml"], "# nothing\n");
        var described = EngineConfigurationFile.Read(new YamlNode.Mapping(1, 1, []), new ConfigProblems("none"));
        Assert.Equal(described, EngineConfigurationFile.Load(folder["empty.yaml"], null, Assert.Fail));
        Assert.Equal(described, EngineConfigurationFile.Load(folder["empty.yaml"], _ => null, Assert.Fail));
    }

    [Fact]
    public void DefaultFile_Uncommented_IsEveryKeyAtItsDefault()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "config/batchengine.yaml"));
        Assert.Equal(EngineConfiguration.In(EngineKeys.DataDirectory.Default), Read(text));
        var uncommented = Regex.Replace(text, @"^# ( *\w+:)(?=\s)", "$1", RegexOptions.Multiline);
        var problems = new ConfigProblems("batchengine.yaml");
        var root = YamlText.Read(uncommented, problems);
        var read = EngineConfigurationFile.Read(root, problems);
        Assert.NotNull(read.AlertsCommand); // An example: nothing is called unless it is given.
        Assert.Equal(EngineConfiguration.In(EngineKeys.DataDirectory.Default), read with
        {
            // Examples of what has no default.
            AlertsCommand = null,
            Offering = null,
            CopiesFolder = null,
            CopiesLimitBytes = null,
            ObjectStore = ObjectStoreOptions.Default,
        });
        var written = root.Entries.SelectMany(e =>
            e.Value is YamlNode.Mapping section ? section.Entries.Select(s => $"{e.Key.Text}.{s.Key.Text}") : [e.Key.Text]);
        Assert.Equal(EngineConfigurationFile.Keys.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Environment_OverridesTheFile_AndIsNamedWhenWrong()
    {
        using var folder = new TemporaryFolder();
        var file = folder["e.yaml"];
        File.WriteAllText(file, "workers: 3\nrequests: { maxKeysPerRequest: 9 }\n");
        var set = new Dictionary<string, string> { ["BATCHENGINE_REQUESTS_MAX_KEYS_PER_REQUEST"] = "5", ["BATCHENGINE_LEASE_TTL"] = "45s" };
        var configuration = EngineConfigurationFile.Load(file, set.GetValueOrDefault, Assert.Fail);
        Assert.Equal((3, 5, TimeSpan.FromSeconds(45)), (configuration.Workers, configuration.Requests.MaxKeysPerRequest, configuration.LeaseTtl));
        set["BATCHENGINE_LEASE_TTL"] = "forever";
        Assert.Contains("BATCHENGINE_LEASE_TTL",
            Assert.Throws<BadInputException>(() => EngineConfigurationFile.Load(file, set.GetValueOrDefault, Assert.Fail)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OldNamesOfTheRequestLimits_StillRead_WithAWarning()
    {
        using var folder = new TemporaryFolder();
        var file = folder["e.yaml"];
        File.WriteAllText(file, "workers: 3\nlive: { maxKeysPerRequest: 9 }\n");
        var warnings = new List<string>();
        Assert.Equal(9, EngineConfigurationFile.Load(file, _ => null, warnings.Add).Requests.MaxKeysPerRequest);
        Assert.Equal($"{file}:2:1 (key 'live') is called 'requests' now; the old name still reads.", Assert.Single(warnings));
        var set = new Dictionary<string, string> { ["BATCHENGINE_LIVE_MAX_KEYS_PER_REQUEST"] = "5" };
        Assert.Equal(5, EngineConfigurationFile.Load(file, set.GetValueOrDefault, warnings.Add).Requests.MaxKeysPerRequest);
        Assert.Contains("BATCHENGINE_LIVE_MAX_KEYS_PER_REQUEST is called BATCHENGINE_REQUESTS_MAX_KEYS_PER_REQUEST now", warnings[^1],
            StringComparison.Ordinal);
        File.WriteAllText(file, "live: { maxKeysPerRequest: 9 }\nrequests: { maxKeysPerRequest: 9 }\n");
        Assert.Contains("remove 'live'", Assert.Throws<BadInputException>(() => EngineConfigurationFile.Load(file, _ => null, warnings.Add)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("database: sub/s.db\n", false)]
    [InlineData("databasePath: sub/s.db\n", true)]
    [InlineData("database: 'Host=h;Database=d;Username=u;Password=p'\n", false)]
    public void Database_PathOrConnectionString_ReadsAlsoByItsOldName(string text, bool isOld)
    {
        using var folder = new TemporaryFolder();
        var file = folder["e.yaml"];
        File.WriteAllText(file, text);
        var warnings = new List<string>();
        var expected = text.Contains("Host", StringComparison.Ordinal) ? "Host=h;Database=d;Username=u;Password=p" : Path.GetFullPath("sub/s.db");
        Assert.Equal(expected, EngineConfigurationFile.Load(file, _ => null, warnings.Add).Database);
        Assert.Equal(isOld ? [$"{file}:1:1 (key 'databasePath') is called 'database' now; the old name still reads."] : [], warnings);
    }

    [Fact]
    public void Database_OfTheEnvironment_ReadsAlsoByItsOldName()
    {
        using var folder = new TemporaryFolder();
        var file = folder["e.yaml"];
        File.WriteAllText(file, "databasePath: a.db\n");
        var warnings = new List<string>();
        var set = new Dictionary<string, string> { ["BATCHENGINE_DATABASE_PATH"] = "/b.db" };
        Assert.Equal("/b.db", EngineConfigurationFile.Load(file, set.GetValueOrDefault, warnings.Add).Database);
        Assert.Contains("BATCHENGINE_DATABASE_PATH is called BATCHENGINE_DATABASE now", warnings[^1], StringComparison.Ordinal);
        set["BATCHENGINE_DATABASE"] = "Host=h;Database=d";
        Assert.Equal("Host=h;Database=d", EngineConfigurationFile.Load(file, set.GetValueOrDefault, warnings.Add).Database);
    }

    [Fact]
    public void Durations_OfZero_ReadWhereNoneIsAllowed()
    {
        Assert.Equal(TimeSpan.Zero, Read("stop: { drain: 0s }").Stop.Drain);
        Assert.Contains("from 1s", Assert.Throws<BadInputException>(() => Read("leaseTtl: 0s")).Message, StringComparison.Ordinal);
    }

    private static EngineConfiguration Read(string text)
    {
        var problems = new ConfigProblems("batchengine.yaml");
        return EngineConfigurationFile.Read(YamlText.Read(text, problems), problems);
    }

    private static List<string> SchemaKeys(string path)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, path)));
        var keys = new List<string>();
        Collect(schema.RootElement, "", keys);
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private static void Collect(JsonElement element, string prefix, List<string> keys)
    {
        if (!element.TryGetProperty("properties", out var properties))
            return;
        foreach (var property in properties.EnumerateObject().Where(p => !p.Value.TryGetProperty("deprecated", out _)))
        {
            keys.Add(prefix + property.Name);
            Collect(property.Value, prefix + property.Name + ".", keys);
        }
    }
}
