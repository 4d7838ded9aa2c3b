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

/// <summary>Decides which rows of a unit are written and why the others are not. A row is rejected once, for the first reason found: key, what reading
/// refused, features in order, the model's refusal, outputs in order. Not thread-safe.</summary>
/// <remarks>Whole columns are looked at first; only a column with a bad value is looked at row by row.</remarks>
/// <param name="keyIndex">The key column in the units; -1 means the row number.</param>
/// <param name="compiled">What the features were computed with.</param>
/// <param name="outputs">For the detail.</param>
/// <param name="accepted">What the model takes in each feature.</param>
internal sealed class RowCheck(int keyIndex, CompiledFeatures compiled, IReadOnlyList<OutputColumn> outputs, IReadOnlyList<AcceptedValues> accepted)
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
        for (var column = 0; column < unit.Count; column++)
        {
            foreach (var (row, detail) in unit[column].Refused)
                Reject(row, unit.Rows, RejectReason.FeatureUnrepresentable, detail);
        }
        for (var feature = 0; feature < features.FeatureCount; feature++)
            LookAtFeature(unit, features, feature);
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

    private void LookAtFeature(UnitColumns unit, FeatureMatrix features, int feature)
    {
        var (name, takes) = (compiled.FeatureNames[feature], accepted[feature]);
        switch (features.Storage(feature))
        {
            case FeatureStorage.Float32:
                LookAtValues(features.Column(feature), name, RejectReason.FeatureInfinite, takes.Missing);
                if (takes.IsBounded)
                    LookAtBounds(features.Column(feature), name, takes);
                break;
            case FeatureStorage.Float64:
                var doubles = features.DoubleColumn(feature);
                if (!AllAreUsable(doubles, takes.Missing))
                    LookAtDoubles(doubles, name, takes.Missing);
                break;
            case FeatureStorage.Int64:
                LookAtPresent(features, feature, $"{name} is missing, and the model reads it as an integer");
                if (takes.IsBounded)
                    LookAtBounds(features.IntegerColumn(feature), name, takes);
                break;
            default:
                LookAtPresent(features, feature, $"{name} is missing, and the model reads it as text; imputeText in the features says what it is then");
                break;
        }
        if (features.MayHaveChanged(feature))
            LookAtExact(compiled.SourceOf(feature, unit), name, features.Storage(feature) == FeatureStorage.Float32);
    }

    private void LookAtPresent(FeatureMatrix features, int feature, string detail)
    {
        if (!features.HasMissing(feature))
            return;
        var present = features.Present(feature);
        for (var row = 0; row < present.Length; row++)
        {
            if (present[row] == 0)
                Reject(row, present.Length, RejectReason.FeatureMissing, detail);
        }
    }

    private void LookAtBounds(ReadOnlySpan<float> values, string name, AcceptedValues takes)
    {
        for (var row = 0; row < values.Length; row++)
        {
            if (!takes.Takes(values[row]))
                Reject(row, values.Length, RejectReason.FeatureUnrepresentable, Text($"{name} is {values[row]}, and the model takes {takes}"));
        }
    }

    private void LookAtBounds(ReadOnlySpan<long> values, string name, AcceptedValues takes)
    {
        for (var row = 0; row < values.Length; row++)
        {
            if (values[row] < takes.Least || values[row] > takes.Most)
                Reject(row, values.Length, RejectReason.FeatureUnrepresentable, Text($"{name} is {values[row]}, and the model takes {takes}"));
        }
    }

    private void LookAtExact(ColumnVector source, string name, bool isSingle)
    {
        for (var row = 0; row < source.Rows; row++)
        {
            var value = source.Integers[row];
            var held = isSingle ? (Int128)(float)value : (Int128)(double)value;
            if (source.Present[row] != 0 && held != value)
                Reject(row, source.Rows, RejectReason.FeatureUnrepresentable, Text(
                    $"{name} is {value}, and the model's float would make it {held}; a column of floats or a step that computes says that this is meant"));
        }
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private void LookAtValues(ReadOnlySpan<float> values, string name, RejectReason infinite, bool isMissingFine)
    {
        if (AllAreUsable(values, isMissingFine))
            return;
        for (var row = 0; row < values.Length; row++)
            LookAtNumber(row, values.Length, values[row], name, infinite, isMissingFine);
    }

    private static bool AllAreUsable<T>(ReadOnlySpan<T> values, bool isMissingFine)
        where T : INumberBase<T> => isMissingFine ? !TensorPrimitives.IsInfinityAny(values) : TensorPrimitives.IsFiniteAll(values);

    private void LookAtDoubles(ReadOnlySpan<double> values, string name, bool isMissingFine)
    {
        for (var row = 0; row < values.Length; row++)
            LookAtNumber(row, values.Length, values[row], name, RejectReason.FeatureInfinite, isMissingFine);
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
