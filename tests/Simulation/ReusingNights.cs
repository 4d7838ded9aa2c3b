using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Simulation;

/// <summary>A chain of nights of one job in a data directory of its own, over a real network.</summary>
/// <param name="folder">The data directory.</param>
/// <param name="input">What the job reads.</param>
internal sealed class ReusingNights(string folder, string input)
{
    private const int MaxStarts = 60;
    private static readonly DateTimeOffset First = new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero);

    /// <summary>The model of the nights from now on; default a small network.</summary>
    public string Model { get; set; } = Path.Combine(AppContext.BaseDirectory, "Fixtures", "network.onnx");

    /// <summary>Whether the snapshots keep a forest's sums.</summary>
    public bool KeepsSums { get; set; }

    /// <summary>The run of a night.</summary>
    public static RunId RunOf(int night) => new("chain", First.AddDays(night));

    /// <summary>Runs a night to its end.</summary>
    /// <param name="night">Counted from 0.</param>
    /// <param name="full">Scores every row.</param>
    /// <param name="interruptions">When the night is to be stopped and started again by a new engine; null means never.</param>
    public async Task<NightResult> RunAsync(int night, bool full, Random? interruptions = null)
    {
        for (var start = 1; start <= MaxStarts; start++)
        {
            await using var engine = await OpenAsync();
            using var stop = new CancellationTokenSource();
            if (interruptions is not null && start < 10)
                stop.CancelAfter(TimeSpan.FromMilliseconds(interruptions.Next(1, 150)));
            var outcome = await engine.Jobs.RunAsync(Job(), RunOf(night), null, stop.Token, full);
            if (outcome is RunOutcome.Published published)
                return await ResultAsync(engine, published.Snapshot, start);
            Assert.True(outcome is RunOutcome.Interrupted, $"night {night}, start {start}: {outcome}");
        }

        throw new InvalidOperationException($"night {night}: not published after {MaxStarts} starts");
    }

    /// <summary>Runs two nights at once in one engine; the later one serves in the end.</summary>
    public async Task<NightResult> RunBothAsync(int night)
    {
        await using var engine = await OpenAsync();
        var outcomes = await Task.WhenAll(engine.Jobs.RunAsync(Job(), RunOf(night), null, CancellationToken.None),
            engine.Jobs.RunAsync(Job(), RunOf(night + 1), null, CancellationToken.None));
        Assert.All(outcomes, o => Assert.True(o is RunOutcome.Published or RunOutcome.Completed, o.ToString()));
        var current = await new SnapshotStore(engine.Database).CurrentAsync("chain", CancellationToken.None);
        Assert.Equal(RunOf(night + 1), current!.Run);
        return await ResultAsync(engine, current, 1);
    }

    /// <summary>Does something with an engine over this data.</summary>
    public async Task<T> AskAsync<T>(Func<Engine, Task<T>> question)
    {
        await using var engine = await OpenAsync();
        return await question(engine);
    }

    private Task<Engine> OpenAsync() => Engine.OpenAsync(
        EngineConfiguration.In(folder) with { PricesDirectory = ShippedFiles.PathOf("config/prices"), LeaseTtl = TimeSpan.FromSeconds(3) },
            TimeProvider.System, new Screen(json: true, verbose: false), CancellationToken.None);

    private ScoringJob Job() => new("chain", [input], "id", [], new ModelReference.ByFile(Model), FeatureSpec.AsIs(["f0", "f1", "f2", "f3"]),
        Path.Combine(folder, "output"), 2, WorkerMode.InProcess, 30, 100, new RejectBudget(10_000, 1), DuplicateKeyPolicy.LastWins, DriftRule.Default,
            ServingContract.Default("chain"), null, null, null, "tests")
    { KeepsSums = KeepsSums };

    private static async Task<NightResult> ResultAsync(Engine engine, SnapshotInfo snapshot, int starts)
    {
        var receipts = await new ReceiptStore(engine.Database).ListAsync(snapshot.Run, CancellationToken.None);
        foreach (var artifact in receipts.SelectMany(r => r.Final.Artifacts))
            await engine.Blobs.VerifyAsync(artifact.BlobName, artifact.Bytes, artifact.Checksum, CancellationToken.None);
        return new NightResult([.. snapshot.Segments.Select(s => s.Artifact.Checksum)],
            receipts.Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts), snapshot.Keys, starts, [])
        {
            Profiles = [.. (await new ProfileStore(engine.Database).FindAsync(snapshot.Run, CancellationToken.None))
                .Select(p => $"{p.Edges.Column} {p.IsOutput} {string.Join(',', p.Counts)} {p.Missing} {p.Min:R} {p.Max:R}")],
        };
    }
}
