using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Nights whose blobs lie in a bucket: the same bytes as in a folder, whatever the store and the workers suffer on the way.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class BucketNightTests(KillStage stage) : IAsyncLifetime
{
    private const string Bucket = "night-bucket";
    private const int Kills = 6;
    private readonly TemporaryFolder _folder = new();
    private ObjectServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ObjectServer.StartAsync(Bucket);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private Task<Engine> OpenAsync(string prefix) => Engine.OpenAsync(EngineConfiguration.In(_folder["data"]) with
    {
        LeaseTtl = TimeSpan.FromSeconds(1),
        Blobs = $"s3://{Bucket}/{prefix}",
        ObjectStore = _server.Options,
    }, TimeProvider.System, new Screen(json: true, verbose: false), Ct);

    [Fact]
    public async Task Run_WithWorkersKilledAndAStoreThatFailsInPassing_EqualsTheNightInAFolder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: workers are found in /proc.");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var engine = await OpenAsync("night");
        var job = stage.Job("bucket", WorkerMode.ChildProcess) with { OutputDirectory = Path.Combine(_folder["data"], "output", "{run}") };
        var run = new RunId(job.Name, KillStage.Night(0));
        foreach (var operation in new[] { "PutObject", "GetObject", "HeadObject", "ListObjects" })
        {
            foreach (var fault in new[] { ObjectFault.SlowDown, ObjectFault.CutBefore, ObjectFault.CutAfter })
                _server.Faults.Plan(fault, operation, times: 3, after: random.Next(20));
        }
        _server.Faults.Plan(ObjectFault.CutBody, "GetObject", times: 3, after: random.Next(20));
        var running = engine.Jobs.RunAsync(job, run, null, Ct);
        var killer = new WorkerKiller(random, async () => [.. (await new ClaimStore(engine.Database).ProgressAsync(run, Ct))
            .Where(s => s.State == ShardState.Leased && s.Counts.Read > 0).Select(s => s.Worker!)]);
        await killer.KillUntilAsync(Kills, run.ToString(), running);
        var outcome = await running;
        Assert.InRange(killer.Kills, 1, Kills);
        Assert.True(outcome is RunOutcome.Published, $"seed {seed}, {killer.Kills} kills: {outcome}");
        stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, Ct), $"seed {seed}");
        Assert.False(Directory.Exists(engine.Configuration.DataDirectory + "/blobs"));

        var named = new NamedBlobs(engine.Database);
        await new BlobSweeper(engine.Blobs, TimeProvider.System).SweepAsync([""], named.AmongAsync, TimeSpan.FromSeconds(-5), Ct);
        var left = new List<string>();
        await foreach (var blob in engine.Blobs.ListAsync("", Ct))
            left.Add(blob.Name);
        Assert.Equal((await engine.Database.AllBlobNamesAsync(Ct)).Order(StringComparer.Ordinal), left);
        Assert.Empty(_server.Bucket(Bucket).Uploads);
    }

    [Fact]
    public async Task Program_OverABucketKilledInTheMiddle_GoesOnAnswersAndChecksItself()
    {
        await File.WriteAllTextAsync(_folder["engine.yaml"], $$"""
            dataDirectory: {{_folder["data"]}}
            blobs: s3://{{Bucket}}/program
            objectStore: { endpoint: "{{_server.Url}}", retryFor: 5s }
            leaseTtl: 1s
            """, Ct);
        Task<ProgramRun> Run(params string[] arguments) => ProgramRun.RunAsync([.. arguments, "--config", _folder["engine.yaml"]]);
        string[] command = ["run", stage.JobPath, "--as-of", "2026-11-24T02:00:00Z"];
        using (var killed = ProgramRun.Start([.. command, "--config", _folder["engine.yaml"]], leaseTtl: null))
        {
            while (_server.Count("PutObject") < 20 && !killed.HasExited)
                await Task.Delay(10, Ct);
            Assert.False(killed.HasExited);
            killed.Kill(entireProcessTree: true);
            await ProgramRun.EndAsync(killed);
        }
        (await Run(command)).MustEnd(0);
        Assert.Contains("\"snapshot\"", (await Run("lookup", "kill", "1", "--json")).Output, StringComparison.OrdinalIgnoreCase);
        await using (var engine = await OpenAsync("program"))
        {
            var (job, run) = (JobFile.Load(stage.JobPath), RunId.Parse("kill_20261124T020000Z"));
            stage.Uninterrupted.MustEqual(await ScoredNight.ReadAsync(engine, job, run, Ct), "resumed");
        }
        var doctor = await Run("doctor");
        Assert.Contains($"s3://{Bucket}/program can be written", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("1 served snapshot", doctor.Output, StringComparison.Ordinal);
        Assert.All(_server.Bucket(Bucket).Keys, key => Assert.StartsWith("program/", key));

        _server.Faults.Plan(ObjectFault.Denied, times: int.MaxValue);
        (await Run("run", stage.JobPath, "--as-of", "2026-11-25T02:00:00Z")).MustEnd(1, $"s3://{Bucket}/program", "access is denied", "s3:PutObject");
    }
}
