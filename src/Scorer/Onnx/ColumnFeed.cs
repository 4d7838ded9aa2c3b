using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>One tensor per feature, of the element type that the model asks for. Not thread-safe.</summary>
internal sealed class ColumnFeed : InputFeed
{
    private readonly InputLayout _layout;
    private readonly HostMemory _memory;
    private readonly HostBuffer[] _buffers;
    private readonly OrtValue?[] _values;
    private readonly int[] _valueRows;
    private readonly float[] _floats;

    public ColumnFeed(InputLayout layout, int maxRows, HostMemory memory)
    {
        _memory = memory;
        _layout = layout;
        _buffers = [.. layout.Specs.Select(s => memory.Allocate(s.Element == TensorElement.Text ? 0 : (long)maxRows * sizeof(long)))];
        _values = new OrtValue?[layout.Specs.Count];
        _valueRows = new int[layout.Specs.Count];
        _floats = new float[maxRows];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OrtValue> Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows)
    {
        for (var input = 0; input < _values.Length; input++)
        {
            var feature = _layout.FeatureOfInput[input];
            var isText = _layout.Specs[input].Element == TensorElement.Text;
            if (_values[input] is null || isText || _valueRows[input] != tensorRows)
            {
                _values[input]?.Dispose();
                _values[input] = Tensor(input, tensorRows);
                _valueRows[input] = tensorRows;
            }
            if (isText)
                FillText(features, feature, _values[input]!, fromRow, rows, tensorRows);
            else
            {
                FillNumbers(features, feature, _layout.Specs[input], _buffers[input], fromRow, rows);
                RepeatLastRow(_buffers[input].As<byte>(), SizeOf(_layout.Specs[input].Element), rows, tensorRows);
            }
        }
        return _values!;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var value in _values)
            value?.Dispose();
        foreach (var buffer in _buffers)
            buffer.Dispose();
    }

    private OrtValue Tensor(int input, int rows)
    {
        var spec = _layout.Specs[input];
        long[] shape = spec.Shape.Count == 2 ? [rows, 1] : [rows];
        var element = spec.Element switch
        {
            TensorElement.Float32 => TensorElementType.Float,
            TensorElement.Float64 => TensorElementType.Double,
            TensorElement.Int32 => TensorElementType.Int32,
            TensorElement.Int64 => TensorElementType.Int64,
            TensorElement.Bool => TensorElementType.Bool,
            _ => TensorElementType.String,
        };
        return element == TensorElementType.String
            ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape)
            : Wrap(_memory, element, shape, _buffers[input].Address, (long)rows * SizeOf(spec.Element));
    }

    /// <summary>Bytes of a value in a tensor of numbers.</summary>
    private static int SizeOf(TensorElement element) => element switch
    {
        TensorElement.Bool => 1,
        TensorElement.Float32 or TensorElement.Int32 => 4,
        _ => 8,
    };

    private static void FillText(FeatureMatrix features, int feature, OrtValue tensor, int fromRow, int rows, int tensorRows)
    {
        if (features.Storage(feature) != FeatureStorage.Text)
            return; // only a trial run of zeros: every text is empty
        var text = features.TextColumn(feature);
        for (var row = 0; row < tensorRows; row++)
            tensor.StringTensorSetElementAt(text[fromRow + Math.Min(row, rows - 1)], row);
    }

    private void FillNumbers(FeatureMatrix features, int feature, TensorSpec spec, HostBuffer buffer, int fromRow, int rows)
    {
        var exact = features.Storage(feature) == FeatureStorage.Int64 ? features.IntegerColumn(feature).Slice(fromRow, rows) : default;
        var target = buffer.As<byte>();
        switch (spec.Element)
        {
            case TensorElement.Float32:
                Floats(features, feature, fromRow, rows).CopyTo(MemoryMarshal.Cast<byte, float>(target));
                break;
            case TensorElement.Float64 when features.Storage(feature) == FeatureStorage.Float64:
                features.DoubleColumn(feature).Slice(fromRow, rows).CopyTo(MemoryMarshal.Cast<byte, double>(target));
                break;
            case TensorElement.Float64:
                TensorPrimitives.ConvertTruncating(Floats(features, feature, fromRow, rows), MemoryMarshal.Cast<byte, double>(target));
                break;
            case TensorElement.Int64 when !exact.IsEmpty:
                exact.CopyTo(buffer.As<long>());
                break;
            case TensorElement.Int64:
                TensorPrimitives.ConvertSaturating(Floats(features, feature, fromRow, rows), buffer.As<long>());
                break;
            case TensorElement.Int32 when !exact.IsEmpty:
                TensorPrimitives.ConvertSaturating(exact, MemoryMarshal.Cast<byte, int>(target));
                break;
            case TensorElement.Int32:
                TensorPrimitives.ConvertSaturating(Floats(features, feature, fromRow, rows), MemoryMarshal.Cast<byte, int>(target));
                break;
            default:
                Bools(Floats(features, feature, fromRow, rows), target);
                break;
        }
    }

    private ReadOnlySpan<float> Floats(FeatureMatrix features, int feature, int fromRow, int rows)
    {
        switch (features.Storage(feature))
        {
            case FeatureStorage.Float32:
                return features.Column(feature).Slice(fromRow, rows);
            case FeatureStorage.Float64:
                TensorPrimitives.ConvertTruncating<double, float>(features.DoubleColumn(feature).Slice(fromRow, rows), _floats);
                break;
            case FeatureStorage.Int64:
                TensorPrimitives.ConvertTruncating<long, float>(features.IntegerColumn(feature).Slice(fromRow, rows), _floats);
                var present = features.Present(feature).Slice(fromRow, rows);
                for (var row = 0; row < rows && features.HasMissing(feature); row++)
                    _floats[row] = present[row] != 0 ? _floats[row] : float.NaN;
                break;
            default:
                throw new BadInputException($"feature '{_layout.FeatureNames[feature]}'", "text", "a number, because the model's input is one",
                    "Map it to a number (ordinal map, one-hot or hash) in the features.");
        }
        return _floats.AsSpan(0, rows);
    }

    private static void Bools(ReadOnlySpan<float> from, Span<byte> to)
    {
        for (var i = 0; i < from.Length; i++)
            to[i] = (byte)(from[i] != 0 ? 1 : 0);
    }
}
