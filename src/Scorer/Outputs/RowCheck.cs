using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Text;
using System.Text.Unicode;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Decides which rows of a unit are written and why the others are not. A row is rejected once, for the first reason found: key, features in order,
/// the
/// model's refusal, outputs in order. Not thread-safe.</summary>
/// <remarks>Whole columns are looked at first; only a column with a bad value is looked at row by row.</remarks>
/// <param name="keyIndex">The key column in the units; -1 means the row number.</param>
/// <param name="featureNames">For the detail.</param>
/// <param name="outputs">For the detail.</param>
/// <param name="acceptsMissing">Whether the model takes missing numbers.</param>
internal sealed class RowCheck(int keyIndex, IReadOnlyList<string> featureNames, IReadOnlyList<OutputColumn> outputs, bool acceptsMissing)
{
    private readonly List<(int Row, RejectReason Reason, string Detail)> _rejects = [];
    private byte[] _keep = [];
    private bool _anyRejected;

    /// <summary>Looks at a scored unit. <see cref="Rejects"/> then holds the rejected rows in row order.</summary>
    /// <returns>1 for rows to write, 0 for others; empty when all are kept. Valid until the next call.</returns>
    public ReadOnlyMemory<byte> Look(UnitColumns unit, FeatureMatrix features, UnitPredictions predictions)
    {
        _rejects.Clear();
        _anyRejected = false;
        if (_keep.Length < unit.Rows)
            _keep = new byte[unit.Rows];
        if (keyIndex >= 0)
            LookAtKeys(unit[keyIndex]);
        for (var feature = 0; feature < features.FeatureCount; feature++)
            LookAtFeature(features, feature);
        foreach (var refused in predictions.Refused)
            Reject(refused.Row, unit.Rows, RejectReason.ModelRefused, refused.Message);
        for (var output = 0; output < outputs.Count; output++)
        {
            if (outputs[output].Kind is not (OutputKind.WideInteger or OutputKind.UpperHalf))
                LookAtValues(predictions.Column(output), outputs[output].Name, RejectReason.OutputNotFinite, isMissingFine: false);
        }
        _rejects.Sort(static (a, b) => a.Row.CompareTo(b.Row));
        return _anyRejected ? _keep.AsMemory(0, unit.Rows) : default;
    }

    /// <summary>The rejected rows of the last unit: index in the unit, why, and the column with its value.</summary>
    public IReadOnlyList<(int Row, RejectReason Reason, string Detail)> Rejects => _rejects;

    /// <summary>A row's key as text; null means missing. Long keys are cut.</summary>
    public static string? KeyText(ColumnVector keys, int row)
    {
        if (keys.Present[row] == 0)
            return null;
        if (keys.Kind != ColumnKind.Text)
            return keys.Integers[row].ToString(CultureInfo.InvariantCulture);
        var bytes = keys.Text[row];
        return bytes.Length <= PredictionKey.MaxUtf8Bytes ? Encoding.UTF8.GetString(bytes)
            : Encoding.UTF8.GetString(bytes[..PredictionKey.MaxUtf8Bytes]) + "...";
    }

    private void LookAtKeys(ColumnVector keys)
    {
        if (keys.HasMissing)
        {
            var present = keys.Present;
            for (var row = 0; row < present.Length; row++)
            {
                if (present[row] == 0)
                    Reject(row, present.Length, RejectReason.KeyMissing, $"{keys.Name} is missing");
            }
        }
        if (keys.Kind != ColumnKind.Text)
            return;
        var offsets = keys.TextOffsets;
        var isPlain = Ascii.IsValid(keys.TextBytes);
        for (var row = 0; row < offsets.Length - 1; row++)
        {
            var length = offsets[row + 1] - offsets[row];
            if (keys.Present[row] == 0)
                continue;
            if (length is 0 or > PredictionKey.MaxUtf8Bytes)
            {
                Reject(row, offsets.Length - 1, length == 0 ? RejectReason.KeyEmpty
                    : RejectReason.KeyTooLong, $"{keys.Name} has {length} bytes of UTF-8, expected 1 to {PredictionKey.MaxUtf8Bytes}");
            }
            else if (!isPlain && !Utf8.IsValid(keys.Text[row]))
            {
                Reject(row, offsets.Length - 1, RejectReason.KeyNotText,
                    $"{keys.Name} is the bytes {Convert.ToHexString(keys.Text[row])}, expected UTF-8; write bytes as hexadecimal text");
            }
        }
    }

    private void LookAtFeature(FeatureMatrix features, int feature)
    {
        switch (features.Storage(feature))
        {
            case FeatureStorage.Float32:
                LookAtValues(features.Column(feature), featureNames[feature], RejectReason.FeatureInfinite, acceptsMissing);
                break;
            case FeatureStorage.Float64:
                var doubles = features.DoubleColumn(feature);
                if (!AllAreUsable(doubles, acceptsMissing))
                    LookAtDoubles(doubles, featureNames[feature]);
                break;
            case FeatureStorage.Int64 when features.HasMissing(feature):
                var present = features.Present(feature);
                for (var row = 0; row < present.Length; row++)
                {
                    if (present[row] == 0)
                        Reject(row, present.Length, RejectReason.FeatureMissing, $"{featureNames[feature]} is missing, and the model reads it as an integer");
                }
                break;
        }
    }

    private void LookAtValues(ReadOnlySpan<float> values, string name, RejectReason infinite, bool isMissingFine)
    {
        if (AllAreUsable(values, isMissingFine))
            return;
        for (var row = 0; row < values.Length; row++)
            LookAtNumber(row, values.Length, values[row], name, infinite, isMissingFine);
    }

    private static bool AllAreUsable<T>(ReadOnlySpan<T> values, bool isMissingFine)
        where T : INumberBase<T> => isMissingFine ? !TensorPrimitives.IsInfinityAny(values) : TensorPrimitives.IsFiniteAll(values);

    private void LookAtDoubles(ReadOnlySpan<double> values, string name)
    {
        for (var row = 0; row < values.Length; row++)
            LookAtNumber(row, values.Length, values[row], name, RejectReason.FeatureInfinite, acceptsMissing);
    }

    private void LookAtNumber(int row, int rows, double value, string name, RejectReason infinite, bool isMissingFine)
    {
        if (double.IsFinite(value) || (isMissingFine && double.IsNaN(value)))
            return;
        var reason = infinite == RejectReason.FeatureInfinite && double.IsNaN(value) ? RejectReason.FeatureMissing : infinite;
        Reject(row, rows, reason, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}"));
    }

    private void Reject(int row, int rows, RejectReason reason, string detail)
    {
        if (!_anyRejected)
        {
            _keep.AsSpan(0, rows).Fill(1);
            _anyRejected = true;
        }
        if (_keep[row] == 0)
            return;
        _keep[row] = 0;
        _rejects.Add((row, reason, detail));
    }
}
