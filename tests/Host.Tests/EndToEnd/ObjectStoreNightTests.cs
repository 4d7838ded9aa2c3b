using BatchEngine.TestKit.Objects;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A night whose input and output are URIs, against the same night in folders.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ObjectStoreNightTests : IAsyncLifetime
{
    private InputFolder _folder = null!;
    private ObjectServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private StoredBucket Bucket => _server.Bucket("lake");

    public async ValueTask InitializeAsync()
    {
        _folder = await InputFolder.CreateAsync();
        _server = await ObjectServer.StartAsync("lake");
        await File.WriteAllTextAsync(_folder["e.yaml"], $$"""
            dataDirectory: {{_folder["data"]}}
            objectStore: { endpoint: {{_server.Url}}, retryFor: 5s }
            """, Ct);
        Bucket.Put("customers/2026-11-01/good +1%.parquet", await File.ReadAllBytesAsync(_folder.Good, Ct));
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Night_InputAndOutputByUri_EqualsTheNightInFolders()
    {
        await JobAsync("local", "good.parquet", "out");
        await JobAsync("remote", "s3://lake/customers/{date}/*.parquet", "s3://lake/scored/{run}");
        (await RunAsync("local")).MustEnd(0);
        (await RunAsync("remote")).MustEnd(0);

        var keys = Bucket.Keys.Where(k => k.StartsWith("scored/", StringComparison.Ordinal)).ToList();
        Assert.Contains("scored/remote_20261101T020000Z/_manifest.json", keys);
        Assert.DoesNotContain(keys, k => k.Contains("_writing", StringComparison.Ordinal) || k.Contains("_probe", StringComparison.Ordinal));
        foreach (var key in keys)
            await File.WriteAllBytesAsync(FileOf(key), Bucket.Find(key)!.Content, Ct);
        string[] provenance = ["model_version", "run_id", "scored_at"];
        Assert.Equal(ParquetRows.Read(_folder["out/local_20261101T020000Z"], "customer_id", provenance),
            ParquetRows.Read(_folder["scored/remote_20261101T020000Z"], "customer_id", provenance));

        var shown = (await ProgramRun.RunAsync("runs", "show", "remote_20261101T020000Z", "--config", _folder["e.yaml"], "--json")).Json()
            .GetProperty("report");
        var read = shown.GetProperty("fromStores");
        Assert.InRange(read.GetProperty("needed").GetInt64(), 1, read.GetProperty("fetched").GetInt64());
        var local = (await ProgramRun.RunAsync("runs", "show", "local_20261101T020000Z", "--config", _folder["e.yaml"], "--json")).Json().GetProperty("report");
        Assert.False(local.TryGetProperty("fromStores", out _));
        Assert.Contains("read from stores", (await ProgramRun.RunAsync("runs", "show", "remote_20261101T020000Z", "--config", _folder["e.yaml"])).Output,
            StringComparison.Ordinal);

        // The same command again finds everything in its place, and mends what went missing.
        var lost = keys.First(k => k.EndsWith(".parquet", StringComparison.Ordinal));
        Bucket.Delete(lost);
        (await RunAsync("remote")).MustEnd(0);
        Assert.Contains(lost, Bucket.Keys);
    }

    [Fact]
    public async Task Night_OutputThatMayNotBeWritten_IsRefusedBeforeAnythingIsScored()
    {
        await JobAsync("night", "good.parquet", "s3://lake/scored");
        _server.Faults.Plan(ObjectFault.Denied, "PutObject", times: 100);
        var refused = await RunAsync("night");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("s3://lake/scored/night_20261101T020000Z", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("the run is not begun", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data/blobs/runs"]));
    }

    [Fact]
    public async Task Night_ObjectReplacedAfterPlanning_StopsAndSaysWhich()
    {
        await JobAsync("night", "s3://lake/customers/{date}/*.parquet", "out");
        // The object is replaced when it is read for the third time: behind its footer and the sample.
        _server.Faults.Plan(ObjectFault.Replaced, "GetObject", after: 2, key: ".parquet");
        var failed = await RunAsync("night");
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("ETag", failed.Errors + failed.Output, StringComparison.Ordinal);
        Assert.Contains("s3://lake/customers/2026-11-01/good +1%.parquet", (failed.Errors + failed.Output).ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_InputByUri_IsScoredAndOutputByUriIsRefused()
    {
        (await _folder.ScoreAsync("s3://lake/customers/**", "--config", _folder["e.yaml"])).MustEnd(0);
        Assert.True(File.Exists(_folder["out/_manifest.json"]));
        (await _folder.ScoreAsync("s3://key:geheim@lake/customers/**", "--config", _folder["e.yaml"])).MustRefuse("credentials in a URI");
        (await ProgramRun.RunAsync("score", "--model", InputFolder.Model, "--input", _folder.Good, "--output", "s3://lake/x"))
            .MustRefuse("--output", "a folder of this machine");
    }

    [Fact]
    public async Task JobsCheck_CredentialsInAUri_AreRefusedWithTheirLineAndNotShown()
    {
        await JobAsync("night", "s3://AKIA:geheim@lake/customers", "gs://lake/out");
        var refused = await ProgramRun.RunAsync("jobs", "check", _folder["night.yaml"]);
        Assert.NotEqual(0, refused.ExitCode);
        var text = refused.Output + refused.Errors;
        Assert.Contains("night.yaml:2:", text, StringComparison.Ordinal);
        Assert.Contains("credentials in a URI", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("gs://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
    }

    private Task JobAsync(string name, string input, string output) => File.WriteAllTextAsync(_folder[$"{name}.yaml"], $$"""
        name: {{name}}
        input: '{{input}}'
        key: customer_id
        model: {{InputFolder.Model}}
        features: {{InputFolder.Features}}
        output: '{{output}}'
        schedule: { cron: 0 0 2 * * ?, timeZone: UTC }
        quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
        """, Ct);

    private Task<ProgramRun> RunAsync(string job) =>
        ProgramRun.RunAsync("run", _folder[$"{job}.yaml"], "--as-of", "2026-11-01T02:00:00Z", "--config", _folder["e.yaml"]);

    private string FileOf(string key)
    {
        var path = _folder[key];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
