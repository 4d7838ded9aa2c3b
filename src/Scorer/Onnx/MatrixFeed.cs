using System.Numerics.Tensors;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>All features side by side, row by row, in one tensor. Not thread-safe.</summary>
internal sealed class MatrixFeed : InputFeed
{
    private readonly InputLayout _layout;
    private readonly int _features;
    private readonly bool _isDouble;
    private readonly HostMemory _memory;
    private readonly HostBuffer _floats;
    private readonly HostBuffer _doubles;
    private readonly OrtValue[] _values = new OrtValue[1];
    private readonly OrtValue _full;
    private readonly int _maxRows;
    private OrtValue? _rest;
    private int _restRows;

    public MatrixFeed(InputLayout layout, int maxRows, HostMemory memory)
    {
        _memory = memory;
        _layout = layout;
        _maxRows = maxRows;
        _features = layout.FeatureNames.Count;
        _isDouble = layout.Parts[0].Spec.Element == TensorElement.Float64;
        _floats = memory.Allocate((long)maxRows * _features * sizeof(float));
        _doubles = memory.Allocate(_isDouble ? (long)maxRows * _features * sizeof(double) : 0);
        _full = Tensor(maxRows);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OrtValue> Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows)
    {
        if (features.FloatColumnCount == _features)
            features.CopyRowMajorTo(_floats.As<float>(), fromRow, rows);
        else if (_isDouble && features.FloatColumnCount == 0)
            FillDoubles(features, fromRow, rows);
        else
            FillMixed(features, fromRow, rows);
        if (_isDouble && features.FloatColumnCount > 0)
            TensorPrimitives.ConvertTruncating<float, double>(_floats.As<float>()[..(rows * _features)], _doubles.As<double>());
        if (_isDouble)
            RepeatLastRow(_doubles.As<double>(), _features, rows, tensorRows);
        else
            RepeatLastRow(_floats.As<float>(), _features, rows, tensorRows);
        _values[0] = ValueFor(tensorRows);
        return _values;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _full.Dispose();
        _rest?.Dispose();
        _floats.Dispose();
        _doubles.Dispose();
    }

    private OrtValue ValueFor(int rows)
    {
        if (rows == _maxRows)
            return _full;
        if (_rest is null || _restRows != rows)
        {
            _rest?.Dispose();
            (_rest, _restRows) = (Tensor(rows), rows);
        }
        return _rest;
    }

    private OrtValue Tensor(int rows) => _isDouble
        ? Wrap(_memory, TensorElementType.Double, _layout.Parts[0].For(rows), _doubles.Address, (long)rows * _features * sizeof(double))
        : Wrap(_memory, TensorElementType.Float, _layout.Parts[0].For(rows), _floats.Address, (long)rows * _features * sizeof(float));

    private void FillDoubles(FeatureMatrix features, int fromRow, int rows)
    {
        var target = _doubles.As<double>();
        for (var feature = 0; feature < _features; feature++)
        {
            var values = features.DoubleColumn(feature).Slice(fromRow, rows);
            for (int row = 0, at = feature; row < values.Length; row++, at += _features)
                target[at] = values[row];
        }
    }

    private void FillMixed(FeatureMatrix features, int fromRow, int rows)
    {
        var target = _floats.As<float>();
        for (var feature = 0; feature < _features; feature++)
        {
            switch (features.Storage(feature))
            {
                case FeatureStorage.Float32:
                    var floats = features.Column(feature).Slice(fromRow, rows);
                    for (var row = 0; row < rows; row++)
                        target[(row * _features) + feature] = floats[row];
                    break;
                case FeatureStorage.Float64:
                    var doubles = features.DoubleColumn(feature).Slice(fromRow, rows);
                    for (var row = 0; row < rows; row++)
                        target[(row * _features) + feature] = (float)doubles[row];
                    break;
                case FeatureStorage.Int64:
                    var integers = features.IntegerColumn(feature).Slice(fromRow, rows);
                    var present = features.Present(feature).Slice(fromRow, rows);
                    for (var row = 0; row < rows; row++)
                        target[(row * _features) + feature] = present[row] != 0 ? integers[row] : float.NaN;
                    break;
                default:
                    throw new BadInputException($"feature '{_layout.FeatureNames[feature]}'", "text", "a number, because the model reads one matrix of numbers",
                        "Map it to a number (ordinal map, one-hot or hash) in the features.");
            }
        }
    }
}
