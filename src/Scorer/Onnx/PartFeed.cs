using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Brings the features of one input into its tensor, of the element type that the model asks for, whole numbers and text as the table has them. Not
/// thread-safe.</summary>
internal sealed class PartFeed : IDisposable
{
    private readonly InputPart _part;
    private readonly IReadOnlyList<string> _names;
    private readonly HostMemory _memory;
    private readonly HostBuffer _buffer;
    private readonly TensorElementType _type;
    private readonly int _bytes;
    private OrtValue? _value;
    private int _valueRows;

    public PartFeed(InputPart part, IReadOnlyList<string> names, int maxRows, HostMemory memory)
    {
        (_part, _names, _memory) = (part, names, memory);
        (_type, _bytes) = ElementTypes.Of(part.Spec.Element);
        _buffer = memory.Allocate((long)maxRows * part.Width * _bytes);
    }

    private bool IsText => _part.Spec.Element == TensorElement.Text;

    /// <summary>The tensor of some rows; those behind are copies of the last real one.</summary>
    public OrtValue Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows)
    {
        if (_value is null || IsText || _valueRows != tensorRows)
        {
            _value?.Dispose();
            (_value, _valueRows) = (Tensor(tensorRows), tensorRows);
        }
        for (var i = 0; i < _part.Width; i++)
        {
            if (IsText)
                FillText(features, i, fromRow, rows, tensorRows);
            else
                FillNumbers(features, i, fromRow, rows);
        }
        if (!IsText)
            RepeatLastRow(rows, tensorRows);
        return _value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _value?.Dispose();
        _buffer.Dispose();
    }

    private OrtValue Tensor(int rows)
    {
        var shape = _part.For(rows);
        return IsText ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape)
            : OrtValue.CreateTensorValueWithData(_memory.Info, _type, shape, _buffer.Address, (long)rows * _part.Width * _bytes);
    }

    private void RepeatLastRow(int rows, int tensorRows)
    {
        var values = _buffer.As<byte>();
        var width = _part.Width * _bytes;
        var last = values.Slice((rows - 1) * width, width);
        for (var row = rows; row < tensorRows; row++)
            last.CopyTo(values.Slice(row * width, width));
    }

    private void FillText(FeatureMatrix features, int at, int fromRow, int rows, int tensorRows)
    {
        var feature = _part.Features[at];
        if (features.Storage(feature) != FeatureStorage.Text)
            return; // only a trial run of zeros: every text is empty
        var text = features.TextColumn(feature);
        for (var row = 0; row < tensorRows; row++)
            _value!.StringTensorSetElementAt(text[fromRow + Math.Min(row, rows - 1)], (row * _part.Width) + at);
    }

    private void FillNumbers(FeatureMatrix features, int at, int fromRow, int rows)
    {
        var feature = _part.Features[at];
        switch (features.Storage(feature))
        {
            case FeatureStorage.Float32:
                Put<float>(features.Column(feature).Slice(fromRow, rows), at);
                break;
            case FeatureStorage.Float64:
                Put<double>(features.DoubleColumn(feature).Slice(fromRow, rows), at);
                break;
            case FeatureStorage.Int64:
                Put<long>(features.IntegerColumn(feature).Slice(fromRow, rows), at);
                if (_part.IsFloating && features.HasMissing(feature))
                    PutMissing(features.Present(feature).Slice(fromRow, rows), at);
                break;
            default:
                throw new BadInputException($"feature '{_names[feature]}'", "text", "a number, because the model's input is one",
                    "Map it to a number (ordinal map, one-hot or hash) in the features.");
        }
    }

    private void Put<T>(ReadOnlySpan<T> from, int at)
        where T : unmanaged, INumber<T>
    {
        switch (_part.Spec.Element)
        {
            case TensorElement.Float32: Put(from, As<float>(), at); break;
            case TensorElement.Float64: Put(from, As<double>(), at); break;
            case TensorElement.Float16: Put(from, As<Half>(), at); break;
            case TensorElement.Int8: Put(from, As<sbyte>(), at); break;
            case TensorElement.UInt8: Put(from, As<byte>(), at); break;
            case TensorElement.Int16: Put(from, As<short>(), at); break;
            case TensorElement.UInt16: Put(from, As<ushort>(), at); break;
            case TensorElement.Int32: Put(from, As<int>(), at); break;
            case TensorElement.UInt32: Put(from, As<uint>(), at); break;
            case TensorElement.Int64: Put(from, As<long>(), at); break;
            case TensorElement.UInt64: Put(from, As<ulong>(), at); break;
            default: PutBools(from, at); break;
        }
    }

    // What the type cannot hold becomes its nearest end; such rows are rejected when they are checked.
    private void Put<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to, int at)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        var width = _part.Width;
        if (width == 1)
        {
            TensorPrimitives.ConvertSaturating(from, to);
            return;
        }
        for (var row = 0; row < from.Length; row++, at += width)
            to[at] = TTo.CreateSaturating(from[row]);
    }

    private void PutBools<T>(ReadOnlySpan<T> from, int at)
        where T : unmanaged, INumber<T>
    {
        var to = As<byte>();
        for (var row = 0; row < from.Length; row++, at += _part.Width)
            to[at] = (byte)(T.IsZero(from[row]) ? 0 : 1);
    }

    private void PutMissing(ReadOnlySpan<byte> present, int at)
    {
        for (var row = 0; row < present.Length; row++, at += _part.Width)
        {
            if (present[row] != 0)
                continue;
            switch (_part.Spec.Element)
            {
                case TensorElement.Float32: As<float>()[at] = float.NaN; break;
                case TensorElement.Float64: As<double>()[at] = double.NaN; break;
                default: As<Half>()[at] = Half.NaN; break;
            }
        }
    }

    private Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_buffer.As<byte>());
}
