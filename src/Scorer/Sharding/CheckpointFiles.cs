using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Scorer.Sharding;

/// <summary>The files that are being written between two checkpoints. Nothing of them is visible until they are committed. Not thread-safe.</summary>
internal sealed class CheckpointFiles(ScoringSetup setup, PredictionFile predictions) : IAsyncDisposable
{
    private BlobWriter? _outputBlob;
    private BlobWriter? _runBlob;
    private BlobWriter? _deadBlob;
    private RunFileWriter? _runFile;
    private DeadLetterFile? _deadLetters;
    private int _firstUnit;
    private long _rows;

    /// <summary>Rows written or rejected since the last commit.</summary>
    public long Rows => _rows;

    /// <summary>Writes a scored unit.</summary>
    public async Task WriteAsync(UnitSlice unit, ScoredUnit rows, ScoredColumns scored, IReadOnlyList<RejectedRow> rejects, CancellationToken ct)
    {
        if (_outputBlob is null)
            await StartAsync(unit.Index, ct).ConfigureAwait(false);
        await predictions.WriteAsync(rows, ct).ConfigureAwait(false);
        _runFile?.Append(scored.ForRunFile(rows));
        if (rejects.Count > 0)
            await WriteDeadAsync(rejects, ct).ConfigureAwait(false);
        _rows += rows.Rows;
    }

    /// <summary>Completes and commits the files; a prediction file without rows is not kept.</summary>
    /// <returns>The artifacts: prediction file, run file, dead letters, those that there are.</returns>
    public async Task<IReadOnlyList<Artifact>> CommitAsync(CancellationToken ct)
    {
        var artifacts = new List<Artifact>();
        if (_outputBlob is not null)
        {
            await predictions.CompleteAsync(ct).ConfigureAwait(false);
            _runFile?.Complete();
            if (predictions.Rows > 0)
            {
                artifacts.Add(await CommitAsync(_outputBlob, ArtifactKind.Output, predictions.Rows, ct).ConfigureAwait(false));
                if (_runBlob is not null)
                    artifacts.Add(await CommitAsync(_runBlob, ArtifactKind.RunFile, _runFile!.Rows, ct).ConfigureAwait(false));
            }
            if (_deadBlob is not null)
            {
                await _deadLetters!.CompleteAsync(ct).ConfigureAwait(false);
                artifacts.Add(await CommitAsync(_deadBlob, ArtifactKind.DeadLetters, _deadLetters.Rows, ct).ConfigureAwait(false));
            }
        }
        await DisposeAsync().ConfigureAwait(false);
        return artifacts;
    }

    /// <summary>Removes what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _runFile?.Dispose();
        foreach (var blob in new[] { _outputBlob, _runBlob, _deadBlob })
        {
            if (blob is not null)
                await blob.DisposeAsync().ConfigureAwait(false);
        }
        (_outputBlob, _runBlob, _deadBlob, _runFile, _deadLetters, _rows) = (null, null, null, null, null, 0);
    }

    private async Task StartAsync(int firstUnit, CancellationToken ct)
    {
        _firstUnit = firstUnit;
        _outputBlob = await setup.Output.Blobs.CreateAsync(setup.Output.NameOf(ArtifactKind.Output, firstUnit), ct).ConfigureAwait(false);
        await predictions.StartAsync(_outputBlob.Content, ct).ConfigureAwait(false);
        if (setup.Output.PartitionCount == 0)
            return;
        _runBlob = await setup.Output.Blobs.CreateAsync(setup.Output.NameOf(ArtifactKind.RunFile, firstUnit), ct).ConfigureAwait(false);
        _runFile = new RunFileWriter(_runBlob.Content, setup.Output.Schema.KeyKind, setup.Model.Loaded.Outputs.Count, setup.Output.PartitionCount,
            keptSums: setup.Output.KeptSums);
    }

    private async Task WriteDeadAsync(IReadOnlyList<RejectedRow> rejects, CancellationToken ct)
    {
        if (_deadLetters is null)
        {
            _deadBlob = await setup.Output.Blobs.CreateAsync(setup.Output.NameOf(ArtifactKind.DeadLetters, _firstUnit), ct).ConfigureAwait(false);
            _deadLetters = await DeadLetterFile.StartAsync(_deadBlob.Content, ct).ConfigureAwait(false);
        }
        await _deadLetters.AddAsync(rejects, ct).ConfigureAwait(false);
    }

    private static async Task<Artifact> CommitAsync(BlobWriter blob, ArtifactKind kind, long rows, CancellationToken ct)
    {
        var info = await blob.CommitAsync(ct).ConfigureAwait(false);
        return new Artifact(info.Name, kind, info.Bytes, info.Checksum, rows);
    }
}
