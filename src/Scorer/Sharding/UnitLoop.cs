using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Profiles;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Score, check, profile, write, checkpoint: the work of one worker on some row groups. One use.</summary>
internal sealed class UnitLoop : IDisposable
{
    private readonly ScoringSetup _setup;
    private readonly IShardProgress _progress;
    private readonly WorkerBuffers _buffers;
    private readonly IModelExecutor _executor;
    private readonly UnitPredictions _predictions;
    private readonly RowCheck _gate;
    private readonly ProfileCollector? _profiles;
    private readonly ScoredColumns _scored;
    private readonly RowReuse? _reuse;
    private readonly List<RejectedRow> _rejects = [];
    private Checkpoint _saved;
    private RowCounts _counts;
    private string _firstReject = "";

    public UnitLoop(ScoringSetup setup, IShardProgress progress, WorkerBuffers buffers)
    {
        (_setup, _progress, _buffers) = (setup, progress, buffers);
        (_executor, _predictions, _scored) = (buffers.Executor, buffers.Predictions, buffers.Scored);
        _gate = new RowCheck(setup.Output.Schema.KeyIndex, setup.Model.Features, setup.Model.Loaded.Outputs, _executor.Model.Accepted);
        _profiles = setup.Profiles is { } counted
            ? new ProfileCollector(counted.Edges, setup.Input.Columns, setup.Model.Loaded.Outputs, counted.Rows, setup.From.Profiles) : null;
        _reuse = setup.Base is null ? null : new RowReuse(setup, setup.Base, _executor);
        (_saved, _counts) = (setup.From, setup.From.Counts);
    }

    /// <summary>Works to the end, or to the end of the unit during which the stop was heard.</summary>
    /// <returns>The last checkpoint, and whether all units are done.</returns>
    /// <param name="decode">Reads the units after the checkpoint; stays the caller's.</param>
    /// <param name="ct">Abandons the work.</param>
    public async Task<(Checkpoint Final, bool IsComplete)> RunAsync(DecodeStage decode, CancellationToken ct)
    {
        RequireBudget(_counts);
        await using var files = new CheckpointFiles(_setup, _buffers.File);
        var next = _saved.NextUnitIndex;
        while (!_progress.Stop.IsCancellationRequested && await decode.NextAsync(ct).ConfigureAwait(false) is { } buffers)
        {
            await ScoreAsync(buffers, files, ct).ConfigureAwait(false);
            next = buffers.Unit.Index + 1;
            decode.Return(buffers);
            var overBudget = IsOverBudget(_counts);
            if (files.Rows >= _setup.Output.CheckpointRows || overBudget)
                await CheckpointAsync(files, next, ct).ConfigureAwait(false);
            if (overBudget)
                RequireBudget(_counts);
            _progress.Report(_counts);
        }
        if (next != _saved.NextUnitIndex)
            await CheckpointAsync(files, next, ct).ConfigureAwait(false);
        return (_saved, next == _setup.Input.Units.Count());
    }

    /// <inheritdoc/>
    public void Dispose() => _reuse?.Dispose();

    private async Task ScoreAsync(UnitBuffers buffers, CheckpointFiles files, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var reused = Predict(buffers);
        _executor.Model.Count(_predictions);
        var keep = _gate.Look(buffers.Columns, buffers.Features, _predictions);
        var rows = new ScoredUnit(buffers.Columns, _predictions, keep, buffers.Columns.Rows - _gate.Rejects.Count, buffers.Unit.FirstRowNumber);
        NameRejects(buffers);
        _profiles?.Add(buffers.Columns, _predictions, buffers.Unit.FirstRowNumber);
        if (_setup.Output.PartitionCount > 0)
            _scored.Fill(rows);
        await files.WriteAsync(buffers.Unit, rows, _scored, _rejects, ct).ConfigureAwait(false);
        var kept = rows.CountKept(reused.Span);
        _counts += new RowCounts(rows.Rows, rows.KeptRows - kept, kept, _rejects.Count);
    }

    /// <summary>Fills the predictions of a unit.</summary>
    /// <returns>1 where a prediction was copied from the base; empty when all were scored.</returns>
    private ReadOnlyMemory<byte> Predict(UnitBuffers buffers)
    {
        var fingerprints = _setup.Output.PartitionCount > 0 || _reuse is not null ? _scored.Fingerprint(buffers.Features) : default;
        if (_reuse is not null)
            return _reuse.Predict(buffers.Columns, buffers.Features, fingerprints, _predictions);
        _executor.Score(buffers.Features, _predictions);
        return default;
    }

    private void NameRejects(UnitBuffers buffers)
    {
        _rejects.Clear();
        foreach (var (row, reason, detail) in _gate.Rejects)
        {
            var key = _setup.Output.Schema.KeyIndex < 0
                ? (buffers.Unit.FirstRowNumber + row).ToString(System.Globalization.CultureInfo.InvariantCulture)
                : RowCheck.KeyText(buffers.Columns[_setup.Output.Schema.KeyIndex], row);
            _rejects.Add(new RejectedRow(_setup.Input.Manifest.Files[buffers.Unit.FileIndex].Path, buffers.Unit.RowGroup, buffers.Unit.FirstRowInFile + row,
                key,
                reason, detail));
        }
        if (_firstReject.Length > 0 || _rejects.Count == 0)
            return;
        _firstReject = _rejects[0].ToString();
        _progress.FirstRejected(_firstReject);
    }

    private async Task CheckpointAsync(CheckpointFiles files, int nextUnit, CancellationToken ct)
    {
        var artifacts = await files.CommitAsync(ct).ConfigureAwait(false);
        var checkpoint = new Checkpoint(nextUnit, _counts, [.. _saved.Artifacts, .. artifacts], _profiles?.Current() ?? []) { FromStores = Traffic() };
        if (!checkpoint.Counts.AddsUp)
            throw new InvariantBrokenException("read = scored + reused + rejected", $"{checkpoint.Counts}");
        try
        {
            await _progress.SaveAsync(checkpoint, ct).ConfigureAwait(false);
        }
        catch (FenceLostException)
        {
            // Their names hold our own fence, so nobody else's work can be hit.
            foreach (var artifact in artifacts)
                await _setup.Output.Blobs.DeleteAsync(artifact.BlobName, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        _saved = checkpoint;
    }

    private StoreTraffic? Traffic() =>
        _setup.Input.Traffic.Total is { Requests: > 0 } read ? read + (_setup.From.FromStores ?? default) : _setup.From.FromStores;

    // The share is judged over the whole run: as soon as these rejects alone are too large a share of all its rows, the run cannot succeed.
    private bool IsOverBudget(RowCounts counts) => counts.Rejected > 0 && _setup.Rejects.IsExceededBy(counts.Rejected, _setup.Input.Manifest.Rows);

    private void RequireBudget(RowCounts counts)
    {
        if (IsOverBudget(counts))
            throw new RejectBudgetExceededException(counts.Rejected, counts.Read, _setup.Rejects, _firstReject.Length > 0 ? _firstReject
                : "see the dead letters of the saved checkpoints");
    }
}
