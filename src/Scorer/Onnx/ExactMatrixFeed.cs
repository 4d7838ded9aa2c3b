using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>All features side by side in one tensor of whole numbers or of text, each value as the table has it. Not thread-safe.</summary>
internal sealed class ExactMatrixFeed : InputFeed
{
    private readonly InputLayout _layout;
    private readonly HostMemory _memory;
    private readonly HostBuffer _buffer;
    private readonly OrtValue[] _values = new OrtValue[1];
    private int _tensorRows;

    public ExactMatrixFeed(InputLayout layout, int maxRows, HostMemory memory)
    {
        (_layout, _memory) = (layout, memory);
        _buffer = memory.Allocate(IsText ? 0 : (long)maxRows * layout.FeatureNames.Count * SizeOfValue);
    }

    private bool IsText => _layout.Specs[0].Element == TensorElement.Text;

    private int SizeOfValue => _layout.Specs[0].Element == TensorElement.Int32 ? sizeof(int) : sizeof(long);

    /// <inheritdoc/>
    public override IReadOnlyList<OrtValue> Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows)
    {
        if (_values[0] is null || IsText || _tensorRows != tensorRows)
        {
            _values[0]?.Dispose();
            (_values[0], _tensorRows) = (Tensor(tensorRows), tensorRows);
        }
        var width = _layout.FeatureNames.Count;
        for (var feature = 0; feature < width; feature++)
        {
            if (features.Storage(feature) == FeatureStorage.Float32)
                continue; // only a trial run of zeros: every number is zero and every text empty
            if (IsText)
                FillText(features.TextColumn(feature), feature, fromRow, rows, tensorRows);
            else
                FillIntegers(features.IntegerColumn(feature).Slice(fromRow, rows), feature);
        }
        if (!IsText)
            RepeatLastRow(_buffer.As<byte>(), width * SizeOfValue, rows, tensorRows);
        return _values;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _values[0]?.Dispose();
        _buffer.Dispose();
    }

    private OrtValue Tensor(int rows)
    {
        var width = _layout.FeatureNames.Count;
        return IsText
            ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [rows, width])
            : Wrap(_memory, _layout.Specs[0].Element == TensorElement.Int32 ? TensorElementType.Int32 : TensorElementType.Int64, [rows, width],
                _buffer.Address, (long)rows * width * SizeOfValue);
    }

    private void FillText(TextBuffer text, int feature, int fromRow, int rows, int tensorRows)
    {
        var width = _layout.FeatureNames.Count;
        for (var row = 0; row < tensorRows; row++)
            _values[0].StringTensorSetElementAt(text[fromRow + Math.Min(row, rows - 1)], (row * width) + feature);
    }

    private void FillIntegers(ReadOnlySpan<long> from, int feature)
    {
        var width = _layout.FeatureNames.Count;
        if (_layout.Specs[0].Element == TensorElement.Int64)
        {
            var target = _buffer.As<long>();
            for (int row = 0, at = feature; row < from.Length; row++, at += width)
                target[at] = from[row];
            return;
        }
        var narrow = MemoryMarshal.Cast<byte, int>(_buffer.As<byte>());
        for (int row = 0, at = feature; row < from.Length; row++, at += width)
            narrow[at] = int.CreateSaturating(from[row]);
    }
}
