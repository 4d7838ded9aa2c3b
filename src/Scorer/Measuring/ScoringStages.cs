using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Scorer.Measuring;

/// <summary>
/// The stages of scoring, each alone on one thread, with the very classes that a run uses. Decoding goes through the files; the others repeat the first unit
/// until the given time has passed.
/// Not thread-safe. The first call of each stage is a warm-up that the caller throws away.
/// </summary>
public sealed class ScoringStages : IDisposable
{
    private readonly MeasuredModel _measured;
    private readonly ScoringSetup _setup;
    private readonly UnitBuffers _buffers;
    private readonly IModelExecutor _executor;
    private readonly UnitPredictions _predictions;
    private readonly ScoredColumns _scored;
    private readonly RowCheck _gate;
    private readonly LocalFolderBlobs _blobs;
    private readonly ScoredUnit _rows;
    private LoadedModel? _runtime;
    private int _files;

    /// <summary>Reads the first unit.</summary>
    /// <param name="measured">What is measured; must have rows, and stays the caller's.</param>
    /// <param name="folder">Gets the files that are written; the caller removes it.</param>
    /// <exception cref="BadInputException">The input has no rows.</exception>
    public ScoringStages(MeasuredModel measured, string folder)
    {
        var plan = measured.Plan;
        if (plan.Manifest.Rows == 0)
            throw new BadInputException("input", "no rows", "rows to measure with", "Give other files.");
        _measured = measured;
        _blobs = new LocalFolderBlobs(folder);
        var whole = new Shard(0, [.. plan.Manifest.Files.Select((f, i) => new RowGroupRange(i, 0, f.RowGroups.Count))], plan.Manifest.Rows);
        _setup = ShardPass.SetupOf(new ShardWork(plan, whole, new FenceToken(1), Checkpoint.Start, measured.Model, _blobs));
        _buffers = new UnitBuffers(_setup) { Unit = _setup.Input.Units.First(u => u.Rows > 0) };
        _executor = measured.Model.CreateExecutor();
        _predictions = new UnitPredictions(_executor.Model.Outputs.Count, _setup.Input.MaxRows);
        _scored = new ScoredColumns(_setup);
        _gate = new RowCheck(_setup.Output.Schema.KeyIndex, _setup.Model.Features, _setup.Model.Loaded.Outputs, _executor.Model.Accepted);
        using var file = InputFileReader.Open(plan.Manifest.Files[_buffers.Unit.FileIndex]);
        using var group = file.OpenRowGroup(_buffers.Unit.RowGroup, _setup.Input.Columns);
        group.Read(_buffers.Columns, _buffers.Unit.Rows);
        _setup.Model.Features.Transform(_buffers.Columns, _buffers.Features);
        _executor.Score(_buffers.Features, _predictions);
        _scored.Fingerprint(_buffers.Features);
        var keep = _gate.Look(_buffers.Columns, _buffers.Features, _predictions);
        _rows = new ScoredUnit(_buffers.Columns, _predictions, keep, _buffers.Columns.Rows - _gate.Rejects.Count, _buffers.Unit.FirstRowNumber);
    }

    /// <summary>Whether the model ranks its features first, so that <see cref="QuantiseAsync"/> measures something.</summary>
    public bool Quantises => _executor is ForestExecutor forest && forest.Rank(_buffers.Features);

    /// <summary>Bytes of a row as decoded.</summary>
    public double DecodedBytesPerRow => _setup.Input.Columns.Select((_, i) => _buffers.Columns[i]).Sum(c => c.Kind switch
    {
        ColumnKind.Text => (double)c.TextBytes.Length / c.Rows,
        ColumnKind.Float => sizeof(float),
        _ => sizeof(long),
    });

    /// <summary>Bytes of a row's features, at four each.</summary>
    public double FeatureBytesPerRow => sizeof(float) * _setup.Model.Features.FeatureNames.Count;

    /// <summary>Decodes all rows on a number of threads and throws the values away.</summary>
    public Task<StageFigures> DecodeAsync(int threads, CancellationToken ct) =>
        StageFigures.OfAsync(StageNames.Decode, _setup.Input.Manifest.Rows, threads, async () =>
    {
        await Task.WhenAll(Enumerable.Range(0, threads).Select(t => Task.Run(() => Decode(t, threads, ct), ct))).ConfigureAwait(false);
        return "";
    });

    /// <summary>Computes the features.</summary>
    public Task<StageFigures> FeaturesAsync(TimeSpan atLeast) =>
        RepeatAsync(StageNames.Features, atLeast, () => _setup.Model.Features.Transform(_buffers.Columns, _buffers.Features));

    /// <summary>Ranks the features among the thresholds of the forest.</summary>
    public Task<StageFigures> QuantiseAsync(TimeSpan atLeast) =>
        RepeatAsync(StageNames.Quantise, atLeast, () => ((ForestExecutor)_executor).Rank(_buffers.Features));

    /// <summary>Scores, with the engine that a run takes.</summary>
    public Task<StageFigures> ModelAsync(TimeSpan atLeast) =>
        RepeatAsync(StageNames.Model, atLeast, () => _executor.Score(_buffers.Features, _predictions), _measured.Model.Name);

    /// <summary>Scores with ONNX Runtime and one thread.</summary>
    public async Task<StageFigures> OnnxRuntimeAsync(TimeSpan atLeast)
    {
        _runtime ??= ExecutorFactory.Open(_measured.ModelPath, _measured.Plan.Features.FeatureNames, ExecutorOptions.Default with { Engine = "onnx" });
        using var executor = _runtime.CreateExecutor();
        var compiled = CompiledFeatures.Compile(_measured.Plan.Features, _measured.Plan.Manifest.Columns, _runtime.WantedStorage);
        using var features = compiled.CreateMatrix(Math.Max(2, _buffers.Columns.Rows));
        compiled.Transform(_buffers.Columns, features);
        var predictions = new UnitPredictions(executor.Model.Outputs.Count, _buffers.Columns.Rows);
        return await RepeatAsync(StageNames.OnnxRuntime, atLeast, () => executor.Score(features, predictions), _runtime.Name).ConfigureAwait(false);
    }

    /// <summary>Looks for rows to reject.</summary>
    public Task<StageFigures> CheckAsync(TimeSpan atLeast) =>
        RepeatAsync(StageNames.Check, atLeast, () => _gate.Look(_buffers.Columns, _buffers.Features, _predictions));

    /// <summary>Counts columns and outputs, as many rows as a run of this size does.</summary>
    public Task<StageFigures> ProfileAsync(TimeSpan atLeast)
    {
        var collector = new ProfileCollector(_measured.Plan.ProfileEdges, _setup.Input.Columns, _setup.Model.Loaded.Outputs, _setup.Input.Manifest.Rows, []);
        var first = 0L;
        return RepeatAsync(StageNames.Profile, atLeast, () =>
        {
            collector.Add(_buffers.Columns, _predictions, first);
            first += _buffers.Columns.Rows;
        });
    }

    /// <summary>Computes the rows' fingerprints.</summary>
    public Task<StageFigures> FingerprintAsync(TimeSpan atLeast) => RepeatAsync(StageNames.Fingerprint, atLeast, () => _scored.Fingerprint(_buffers.Features));

    /// <summary>Writes the predictions of as many rows as there are, as Parquet files of the length that a run's files have.</summary>
    public Task<StageFigures> WriteAsync(CancellationToken ct)
    {
        var file = new PredictionFile(_setup.Output.Schema);
        return FilesAsync(StageNames.Write, ct, async (blob, units) =>
        {
            await file.StartAsync(blob.Content, ct).ConfigureAwait(false);
            for (var unit = 0; unit < units; unit++)
                await file.WriteAsync(_rows, ct).ConfigureAwait(false);
            await file.CompleteAsync(ct).ConfigureAwait(false);
        });
    }

    /// <summary>Writes the predictions of as many rows as there are, as run files.</summary>
    public Task<StageFigures> RunFilesAsync(CancellationToken ct) => FilesAsync(StageNames.RunFiles, ct, (blob, units) =>
    {
        using var file = new RunFileWriter(blob.Content, _setup.Output.Schema.KeyKind, _setup.Model.Loaded.Outputs.Count, _setup.Output.PartitionCount);
        for (var unit = 0; unit < units; unit++)
        {
            _scored.Fill(_rows);
            file.Append(_scored.ForRunFile(_rows));
        }
        file.Complete();
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _executor.Dispose();
        _buffers.Dispose();
        _runtime?.Dispose();
    }

    // A file's own cost, its footer and its flush to the disk, counts as often as in a run.
    private async Task<StageFigures> FilesAsync(string stage, CancellationToken ct, Func<BlobWriter, int, Task> write)
    {
        var units = Math.Max(1, (int)(_setup.Input.Manifest.Rows / _buffers.Columns.Rows));
        var unitsPerFile = Math.Max(1,
            (int)(OneShotParts.RowsPerPart(_setup.Input.Manifest.Rows, _setup.Output.CheckpointRows, Environment.ProcessorCount) / _buffers.Columns.Rows));
        return await StageFigures.OfAsync(stage, (long)units * _buffers.Columns.Rows, 1, async () =>
        {
            for (var done = 0; done < units; done += unitsPerFile)
            {
                var name = $"stage/{_files++}";
                await using (var blob = await _blobs.CreateAsync(name, ct).ConfigureAwait(false))
                {
                    await write(blob, Math.Min(unitsPerFile, units - done)).ConfigureAwait(false);
                    await blob.CommitAsync(ct).ConfigureAwait(false);
                }
                await _blobs.DeleteAsync(name, ct).ConfigureAwait(false);
            }
            return "";
        }).ConfigureAwait(false);
    }

    private void Decode(int thread, int threads, CancellationToken ct)
    {
        using var unitColumns = new UnitColumns(_setup.Input.Columns, _setup.Input.MaxRows);
        var number = 0;
        foreach (var source in _setup.Input.Manifest.Files)
        {
            using var file = InputFileReader.Open(source);
            for (var i = 0; i < file.RowGroupCount; i++)
            {
                if (number++ % threads != thread)
                    continue;
                using var group = file.OpenRowGroup(i, _setup.Input.Columns);
                while (group.Read(unitColumns, _setup.Input.MaxRows) > 0)
                    ct.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<StageFigures> RepeatAsync(string stage, TimeSpan atLeast, Action unit, string notes = "")
    {
        var units = 0L;
        var figures = await StageFigures.OfAsync(stage, 1, 1, () =>
        {
            var started = Stopwatch.GetTimestamp();
            do
            {
                unit();
                units++;
            }
            while (Stopwatch.GetElapsedTime(started) < atLeast);
            return Task.FromResult(notes);
        }).ConfigureAwait(false);
        return figures with { Rows = units * _buffers.Columns.Rows };
    }
}
