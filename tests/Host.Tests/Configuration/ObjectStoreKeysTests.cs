using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Host.Tests.Configuration;

public sealed class ObjectStoreKeysTests
{
    private readonly List<string> _warnings = [];

    private EngineConfiguration Read(Dictionary<string, string> variables) =>
        EngineConfigurationFile.Load(null, name => variables.GetValueOrDefault(name), _warnings.Add);

    [Fact]
    public void Blobs_OfABucket_StayAsWrittenAndAFolderBecomesFull()
    {
        Assert.Equal("s3://bucket/a", Read(new() { ["BATCHENGINE_BLOBS"] = "s3://bucket/a" }).Blobs);
        Assert.Equal(Path.GetFullPath("a/b"), Read(new() { ["BATCHENGINE_BLOBS"] = "a/b" }).Blobs);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Blobs_ByTheOldName_StillReadWithAWarning()
    {
        Assert.Equal(Path.GetFullPath("old"), Read(new() { ["BATCHENGINE_BLOBS_ROOT"] = "old" }).Blobs);
        Assert.Contains("BATCHENGINE_BLOBS now", Assert.Single(_warnings));
        var problems = new ConfigProblems("engine.yaml");
        var root = YamlText.Read("blobsRoot: older\n", problems);
        Assert.Equal(Path.GetFullPath("older"), EngineConfigurationFile.Read(root, problems).Blobs);
        Assert.Contains("'blobs' now", Assert.Single(problems.Warnings));
    }

    [Fact]
    public void Section_EveryKey_ReachesAChildByItsVariables()
    {
        var options = new ObjectStoreOptions
        {
            Endpoint = "http://localhost:9000",
            Region = "eu-central-1",
            PathStyle = false,
            Timeout = TimeSpan.FromSeconds(7),
            RetryFor = TimeSpan.FromMinutes(9),
            PartBytes = 6 << 20,
        };
        Assert.Equal(options, Read(new(ObjectStoreKeys.Variables(options))).ObjectStore);
        Assert.Equal(ObjectStoreOptions.Default, Read(new(ObjectStoreKeys.Variables(ObjectStoreOptions.Default))).ObjectStore);
    }

    [Theory]
    [InlineData("BATCHENGINE_OBJECT_STORE_ENDPOINT", "localhost:9000")]
    [InlineData("BATCHENGINE_OBJECT_STORE_PART_BYTES", "1 MiB")]
    [InlineData("BATCHENGINE_OBJECT_STORE_TIMEOUT", "0s")]
    public void Rejects_ValuesThatNoStoreTakes(string variable, string value) =>
        Assert.Contains($"'{value}'", Assert.Throws<BadInputException>(() => Read(new() { [variable] = value })).Message);
}
