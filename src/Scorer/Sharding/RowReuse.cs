using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Copies the predictions of a unit's unchanged rows from the base snapshot, or goes on from its sums with the trees that were appended since, and
/// scores the others. The predictions are those that scoring every row would give. Not thread-safe.</summary>
internal sealed class RowReuse : IDisposable
{
    /// <summary>What a look-up costs a row, in nanoseconds: measured 25 to 35 with a base of 5 million rows in memory.</summary>
    public const double LookUpNanoseconds = 30;

    // Rows that are scored at once after gathering: a multiple of every executor's own block, small enough to stay in the cache.
    private const int GatheredRows = 8_192;

    // What gathering one value costs, in nanoseconds.
    private const double GatherNanoseconds = 1;

    // While reuse does not pay, this number of units is scored whole before the base is asked again.
    private const int UnitsBetweenTries = 8;

    private readonly ScoringSetup _setup;
    private readonly IModelExecutor _executor;
    private readonly ScoringBase _base;
    private readonly UnchangedRows _unchanged;
    private readonly RowGather _gather;
    private readonly UnitPredictions _gathered;
    private readonly ISumContinuation? _appended;
    private ulong[] _baseFingerprints = [];
    private byte[] _reused = [];
    private int[] _changed = [];
    private int _unitsToSkip;

    public RowReuse(ScoringSetup setup, ScoringBase from, IModelExecutor executor)
    {
        (_setup, _executor, _base, _unchanged) = (setup, executor, from, new UnchangedRows(from.Snapshot));
        _gather = new RowGather(setup.Model.Features, Math.Clamp(setup.Input.MaxRows, 2, GatheredRows));
        _gathered = new UnitPredictions(executor.Model.Outputs.Count, _gather.CapacityRows, setup.Output.KeptSums);
        _appended = from.Trees > 0 ? setup.Model.Loaded.ContinueAfter(from.Trees) : null;
    }

    /// <summary>Fills the predictions of all rows.</summary>
    /// <returns>1 where a prediction, or its first trees' sums, came from the base; empty when every row was scored. Valid until the next call.</returns>
    public ReadOnlyMemory<byte> Predict(UnitColumns unit, FeatureMatrix features, ReadOnlySpan<ulong> fingerprints, UnitPredictions predictions)
    {
        if (_unitsToSkip > 0)
        {
            _unitsToSkip--;
            _executor.Score(features, predictions);
            return default;
        }
        predictions.Rows = features.Rows;
        var found = CopyUnchanged(unit, _appended is null ? fingerprints : BaseFingerprints(features), predictions);
        var changed = features.Rows - found;
        if (found * _base.SparedNanoseconds < features.Rows * LookUpNanoseconds)
            _unitsToSkip = UnitsBetweenTries;
        if (found * _base.SparedNanoseconds < changed * GatherNanoseconds * features.FeatureCount)
        {
            _executor.Score(features, predictions);
            return default;
        }
        // The changed rows' sums are none yet; what comes of them is scored over.
        _appended?.Continue(features, predictions);
        ScoreChanged(features, predictions, changed);
        return _reused.AsMemory(0, features.Rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gather.Dispose();
        _appended?.Dispose();
    }

    private ReadOnlySpan<ulong> BaseFingerprints(FeatureMatrix features)
    {
        if (_baseFingerprints.Length < features.Rows)
            _baseFingerprints = new ulong[features.Rows];
        FeatureFingerprint.Compute(features, _base.FingerprintSeed, _baseFingerprints);
        return _baseFingerprints.AsSpan(0, features.Rows);
    }

    private int CopyUnchanged(UnitColumns unit, ReadOnlySpan<ulong> fingerprints, UnitPredictions predictions)
    {
        if (_reused.Length < fingerprints.Length)
            (_reused, _changed) = (new byte[fingerprints.Length], new int[fingerprints.Length]);
        var key = unit[_setup.Output.Schema.KeyIndex];
        var isText = _setup.Output.Schema.KeyKind == KeyKind.Utf8;
        return _unchanged.Copy(new RowsToReuse
        {
            Rows = fingerprints.Length,
            Keys = isText ? default : key.Integers,
            KeyBytes = isText ? key.TextBytes : default,
            KeyOffsets = isText ? key.TextOffsets : default,
            Fingerprints = fingerprints,
            Outputs = predictions.WritableValues,
            OutputStride = predictions.CapacityRows,
            Confidence = predictions.Confidence,
            Reused = _reused,
        });
    }

    private void ScoreChanged(FeatureMatrix features, UnitPredictions predictions, int changed)
    {
        for (int row = 0, at = 0; at < changed; row++)
        {
            _changed[at] = row;
            at += 1 - _reused[row];
        }
        for (var from = 0; from < changed; from += _gather.CapacityRows)
        {
            var rows = _changed.AsSpan(from, Math.Min(_gather.CapacityRows, changed - from));
            _executor.Score(_gather.Take(features, rows), _gathered);
            for (var output = 0; output < predictions.OutputCount + predictions.KeptSums; output++)
                Scatter(_gathered.Column(output), rows, predictions.Column(output));
            Scatter(_gathered.Confidence, rows, predictions.Confidence);
            foreach (var refused in _gathered.Refused)
                predictions.Refuse(rows[refused.Row], refused.Message);
        }
    }

    private static void Scatter(ReadOnlySpan<float> values, ReadOnlySpan<int> rows, Span<float> target)
    {
        for (var i = 0; i < rows.Length; i++)
            target[rows[i]] = values[i];
    }
}
