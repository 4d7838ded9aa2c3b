using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Scorer.Sharding;

/// <summary>What run files need beside keys and outputs, in reused buffers: fingerprints, flags and row numbers. Not thread-safe.</summary>
internal sealed class ScoredColumns(ScoringSetup setup)
{
    private ulong[] _fingerprints = [];
    private byte[] _flags = [];
    private long[] _rowNumbers = [];

    /// <summary>Computes a unit's fingerprints; they do not depend on its predictions. Valid until the next call.</summary>
    public ReadOnlySpan<ulong> Fingerprint(FeatureMatrix features)
    {
        if (_rowNumbers.Length < features.Rows)
            (_fingerprints, _flags, _rowNumbers) = (new ulong[features.Rows], new byte[features.Rows], new long[features.Rows]);
        FeatureFingerprint.Compute(features, setup.Model.FingerprintSeed, _fingerprints);
        return _fingerprints.AsSpan(0, features.Rows);
    }

    /// <summary>Computes the rest for a scored unit whose fingerprints are there.</summary>
    public void Fill(ScoredUnit unit)
    {
        for (var row = 0; row < unit.Rows; row++)
            _rowNumbers[row] = unit.FirstRowNumber + row;
        FillFlags(unit);
    }

    /// <summary>The unit as a run file takes it.</summary>
    public PredictionRows ForRunFile(ScoredUnit unit)
    {
        var key = setup.Output.Schema.KeyIndex < 0 ? null : unit.Columns[setup.Output.Schema.KeyIndex];
        var isText = setup.Output.Schema.KeyKind == KeyKind.Utf8;
        return new PredictionRows
        {
            Rows = unit.Rows,
            Keys = isText ? default : key is null ? _rowNumbers.AsSpan(0, unit.Rows) : key.Integers,
            KeyBytes = isText ? key!.TextBytes : default,
            KeyOffsets = isText ? key!.TextOffsets : default,
            Outputs = unit.Predictions.Values,
            OutputStride = unit.Predictions.CapacityRows,
            Confidence = setup.Model.Loaded.GivesConfidence ? unit.Predictions.Confidence : default,
            Flags = setup.Model.Loaded.GivesConfidence ? _flags.AsSpan(0, unit.Rows) : default,
            Fingerprints = _fingerprints.AsSpan(0, unit.Rows),
            RowNumbers = _rowNumbers.AsSpan(0, unit.Rows),
            Keep = unit.Keep.Span,
        };
    }

    // A classifier whose values are no probabilities says nothing about confidence; 0 with the flag, never a number that looks like one.
    private void FillFlags(ScoredUnit unit)
    {
        if (!setup.Model.Loaded.GivesConfidence)
            return;
        var confidence = unit.Predictions.Confidence;
        for (var row = 0; row < confidence.Length; row++)
        {
            var isUnknown = float.IsNaN(confidence[row]);
            _flags[row] = (byte)(isUnknown ? PredictionFlags.NoConfidence : PredictionFlags.None);
            if (isUnknown)
                confidence[row] = 0;
        }
    }
}
