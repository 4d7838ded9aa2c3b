using System.Globalization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Benchmarks.Delta;

/// <summary>Whole nights in one engine over one data folder, and one worker's part of a night.</summary>
internal sealed class DeltaNights : IAsyncDisposable
{
    private static readonly DateTimeOffset s_first = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);
    private readonly string _folder;
    private readonly bool _keepsSums;
    private readonly Engine _engine;
    private int _night;

    private DeltaNights(string folder, string model, bool keepsSums, Engine engine) =>
        (_folder, Model, _keepsSums, _engine) = (folder, model, keepsSums, engine);

    /// <summary>The model of the nights from now on.</summary>
    public string Model { get; set; }

    public static async Task<DeltaNights> OpenAsync(string model, bool keepsSums = false,
        Func<EngineConfiguration, EngineConfiguration>? with = null)
    {
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        var configuration = EngineConfiguration.In(folder) with { PricesDirectory = ShippedFiles.PathOf("config/prices") };
        return new DeltaNights(folder, model, keepsSums,
            await Engine.OpenAsync(with?.Invoke(configuration) ?? configuration, TimeProvider.System,
            new Screen(json: true, verbose: Environment.GetEnvironmentVariable("BENCH_VERBOSE") is not null), CancellationToken.None));
    }

    /// <summary>One night, from planning to the published and exported result.</summary>
    public Task<ScoreFigures> RunAsync(string variant, string input, int rows, bool full) => ScoreFigures.OfAsync(variant, rows, async () =>
    {
        var run = new RunId("delta", s_first.AddDays(_night++));
        var outcome = await _engine.Jobs.RunAsync(Job(input), run, null, CancellationToken.None, full);
        if (outcome is not RunOutcome.Published)
            throw new InvalidOperationException($"{variant}: {outcome}");
        var counts = (await new ReceiptStore(_engine.Database).ListAsync(run, CancellationToken.None))
            .Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        var plan = await new RunStore(_engine.Database).PlanAsync(run, CancellationToken.None);
        return string.Create(CultureInfo.InvariantCulture, $"{counts.Scored} scored, {counts.Reused} reused, {plan!.RowsToRead} read; {plan.Reuse.RowsReason}");
    });

    /// <summary>One worker over the whole file, with and without the base that serves now, and its stages alone.</summary>
    public async Task<IReadOnlyList<ScoreFigures>> OneWorkerAsync(string input, int rows)
    {
        var plan = await PlanAsync(input);
        using var model = ExecutorFactory.Open(Model, plan.Features.FeatureNames);
        var current = await new SnapshotStore(_engine.Database).CurrentAsync("delta", CancellationToken.None);
        using var snapshot = SnapshotReader.Open(current!, s => _engine.Blobs.PlaceOf(s.Artifact.BlobName));
        var figures = new List<ScoreFigures>
        {
            await WorkerAsync("worker, full", rows, plan, model, null),
            await WorkerAsync("worker, 2 % changed", rows, plan, model, snapshot),
        };
        figures.AddRange(await DeltaStages.EachAsync(plan, model, rows, Path.Combine(_folder, "stages")));
        return figures;
    }

    /// <summary>One worker over the whole file, once from the sums of the smaller model that serves now and once without them.</summary>
    public async Task<IReadOnlyList<ScoreFigures>> GrownWorkerAsync(string input, int rows)
    {
        var plan = await PlanAsync(input);
        using var model = ExecutorFactory.Open(Model, plan.Features.FeatureNames);
        var current = await new SnapshotStore(_engine.Database).CurrentAsync("delta", CancellationToken.None);
        using var snapshot = SnapshotReader.Open(current!, s => _engine.Blobs.PlaceOf(s.Artifact.BlobName));
        return
        [
            await WorkerAsync("worker, full", rows, plan, model, null),
            await WorkerAsync("worker, grown, 2 % changed", rows, plan, model, snapshot),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<ScoreFigures> WorkerAsync(string variant, int rows, RunPlan plan, LoadedModel model, SnapshotReader? snapshot)
    {
        var folder = Path.Combine(_folder, "worker");
        var work = new ShardWork(plan, plan.Shards[0], new FenceToken(1), Checkpoint.Start, model, new LocalFolderBlobs(folder)) { Base = snapshot };
        var figures = await ScoreFigures.OfAsync(variant, rows, async () =>
            $"{(await ShardPass.RunAsync(work, new NoProgress(), CancellationToken.None) as ShardEnding.Finished)!.Receipt.Final.Counts}");
        Directory.Delete(folder, recursive: true);
        return figures;
    }

    // The table that does not serve now, in one shard, so that 2 % of its rows differ from the base.
    private async Task<RunPlan> PlanAsync(string input)
    {
        var planned = await _engine.Jobs.PlanAsync(Job(input), new RunId("delta", s_first.AddDays(_night)),
            CancellationToken.None) as Scheduler.Planning.PlanOutcome.Planned
            ?? throw new InvalidOperationException("There is no plan.");
        var manifest = planned.Plan.Manifest;
        return planned.Plan with { Shards = [new Shard(0, [new RowGroupRange(0, 0, manifest.Files[0].RowGroups.Count)], manifest.Rows)] };
    }

    private ScoringJob Job(string input) =>
        new("delta", [input], "id", [], new ModelReference.ByFile(Model), FeatureSpec.AsIs(Enumerable.Range(0, InputTable.Features).Select(i => $"f{i}")),
        Path.Combine(_folder, "out"), 0, WorkerMode.InProcess, ScoringJob.DefaultUnitRows, ScoringJob.DefaultCheckpointRows, RejectBudget.Default,
            DuplicateKeyPolicy.Fail, DriftRule.Default,
        ServingContract.Default("delta"), null, null, null, "bench")
        { KeepsSums = _keepsSums };

    private sealed class NoProgress : IShardProgress
    {
        public Task SaveAsync(Checkpoint checkpoint, CancellationToken ct) => Task.CompletedTask;

        public void Report(RowCounts total)
        {
        }
    }
}
