using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Sample;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Simulation;

/// <summary>One seeded night over real files, database and model, asked to stop at seeded moments and resumed by a new engine each time, as after a
/// restart.</summary>
internal sealed class InterruptedNights(string folder, int seed) : IDisposable
{
    private const long Customers = 30_000;
    private const int MaxStarts = 60;
    private static readonly DateTimeOffset Night = new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the customers; equal for every seed of the interruptions.</summary>
    public Task WriteInputAsync() =>
        CustomerFiles.WriteAsync(new SampleRequest(Path.Combine(folder, "customers"), Customers, 1, 7, new DateOnly(2026, 11, 1))
        .Validated(), null, CancellationToken.None);

    /// <summary>Runs the night to its end in a data directory of its own.</summary>
    /// <param name="name">The data directory.</param>
    /// <param name="interrupted">Whether it is stopped at seeded moments.</param>
    /// <returns>What was published, how often it was started, and the blobs left that no row names.</returns>
    public async Task<NightResult> RunAsync(string name, bool interrupted)
    {
        var random = new Random(seed);
        var configuration = EngineConfiguration.In(Path.Combine(folder, name))
            with
        { PricesDirectory = ShippedFiles.PathOf("config/prices"), LeaseTtl = TimeSpan.FromSeconds(3) };
        for (var start = 1; start <= MaxStarts; start++)
        {
            await using var engine = await Engine.OpenAsync(configuration, TimeProvider.System, new Screen(json: true, verbose: false), CancellationToken.None);
            using var stop = new CancellationTokenSource();
            if (interrupted && start < MaxStarts / 2)
                stop.CancelAfter(TimeSpan.FromMilliseconds(random.Next(5, 400)));
            var outcome = await engine.Jobs.RunAsync(Job(name), new RunId("night", Night), null, stop.Token);
            if (outcome is RunOutcome.Published published)
                return await ResultAsync(engine, published.Snapshot, start);
            Assert.True(outcome is RunOutcome.Interrupted, $"seed {seed}, start {start}: {outcome}");
        }

        throw new InvalidOperationException($"seed {seed}: not published after {MaxStarts} starts");
    }

    /// <summary>Runs the night by a coordinator without workers of its own, while workers come and go.</summary>
    /// <param name="name">The data directory.</param>
    /// <returns>What was published, how many workers came, and the blobs left that no row names.</returns>
    public async Task<NightResult> RunByComingWorkersAsync(string name)
    {
        var configuration = EngineConfiguration.In(Path.Combine(folder, name)) with
        {
            PricesDirectory = ShippedFiles.PathOf("config/prices"),
            LeaseTtl = TimeSpan.FromSeconds(3),
            OwnWorkers = false,
        };
        await using var engine = await OpenAsync();
        var running = engine.Jobs.RunAsync(Job(name), new RunId("night", Night), null, CancellationToken.None);
        var workers = new ComingWorkers(OpenAsync, new Random(seed));
        await workers.UntilAsync(running);
        var outcome = await running;
        return outcome is RunOutcome.Published published ? await ResultAsync(engine, published.Snapshot, workers.Came)
            : throw new InvalidOperationException($"seed {seed}: {outcome}");

        Task<Engine> OpenAsync() =>
            Engine.OpenAsync(configuration, TimeProvider.System, new Screen(json: true, verbose: false), CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ScoringJob Job(string name) => JobFile.Load(ShippedFiles.PathOf("config/jobs/customer-value.yaml")) with
    {
        Name = "night",
        Inputs = [Path.Combine(folder, "customers", "{date}", "*.parquet")],
        OutputDirectory = Path.Combine(folder, name, "output", "{run}"),
        Model = new ModelReference.ByFile(ShippedFiles.PathOf("samples/customers/churn.onnx")),
        UnitRows = 1_000,
        CheckpointRows = 3_000,
        Workers = 2,
    };

    private static async Task<NightResult> ResultAsync(Engine engine, SnapshotInfo snapshot, int starts)
    {
        var named = await engine.Database.AllBlobNamesAsync(CancellationToken.None);
        await new BlobSweeper(engine.Blobs, TimeProvider.System)
            .SweepAsync([""], new NamedBlobs(engine.Database).AmongAsync, TimeSpan.Zero, CancellationToken.None);
        var orphans = new List<string>();
        await foreach (var blob in engine.Blobs.ListAsync("", CancellationToken.None))
        {
            if (!named.Contains(blob.Name))
                orphans.Add(blob.Name);
        }

        var counts = (await new ReceiptStore(engine.Database).ListAsync(snapshot.Run, CancellationToken.None))
            .Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        return new NightResult([.. snapshot.Segments.Select(s => s.Artifact.Checksum)], counts, snapshot.Keys, starts, orphans);
    }
}
