using BatchEngine.Scorer.Execution;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Native buffers that the runtime writes its tensors into, reused from call to call. Not thread-safe.</summary>
internal sealed class OutputBinding : IDisposable
{
    private readonly OutputLayout _layout;
    private readonly HostMemory _memory;
    private readonly HostBuffer[] _buffers;
    private readonly OrtValue[] _full;
    private readonly int _maxRows;
    private OrtValue[] _rest = [];
    private int _restRows;
    private OrtValue[] _last = [];
    private int _lastRows;

    public OutputBinding(OutputLayout layout, int maxRows, HostMemory memory)
    {
        _memory = memory;
        _layout = layout;
        _maxRows = maxRows;
        _buffers = [.. layout.Parts.Select(p => memory.Allocate(checked((long)maxRows * p.Width * sizeof(long))))];
        _full = Tensors(maxRows);
    }

    /// <summary>The tensors for a number of rows, in the model's output order.</summary>
    public IReadOnlyList<OrtValue> For(int rows)
    {
        _lastRows = rows;
        if (rows == _maxRows)
            return _last = _full;
        if (_restRows != rows)
        {
            Free(_rest);
            (_rest, _restRows) = (Tensors(rows), rows);
        }
        return _last = _rest;
    }

    /// <summary>Copies what the runtime wrote last into the prediction columns.</summary>
    public void CopyTo(UnitPredictions block, int fromRow, int rows)
    {
        for (var i = 0; i < _last.Length; i++)
        {
            var part = _layout.Parts[i];
            OutputReading.Copy(_last[i], part, part.Shapes[0], part.FirstColumn, _lastRows, block, fromRow, rows);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free(_full);
        Free(_rest);
        foreach (var buffer in _buffers)
            buffer.Dispose();
    }

    private OrtValue[] Tensors(int rows) => [.. _layout.Parts.Select((part, i) => Tensor(part, _buffers[i], rows))];

    private OrtValue Tensor(OutputPart part, HostBuffer buffer, int rows)
    {
        var (element, size) = ElementTypes.Of(part.Spec.Element);
        return OrtValue.CreateTensorValueWithData(_memory.Info, element, part.Shapes[0].For(rows), buffer.Address, (long)rows * part.Width * size);
    }

    private static void Free(OrtValue[] values)
    {
        foreach (var value in values)
            value.Dispose();
    }
}
