using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Brings features into the tensors that a model reads, in native buffers that live as long as the executor. Not thread-safe.</summary>
internal abstract class InputFeed : IDisposable
{
    /// <summary>A feed for the model's way of reading.</summary>
    public static InputFeed Create(InputLayout layout, int maxRows, HostMemory memory) =>
        layout.IsMatrix ? new MatrixFeed(layout, maxRows, memory) : new ColumnFeed(layout, maxRows, memory);

    /// <summary>The tensors of some rows, in the model's input order; valid until the next call.</summary>
    /// <param name="features">The features.</param>
    /// <param name="fromRow">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="tensorRows">Rows of the tensors, at least <paramref name="rows"/>; what the rows behind hold is undefined but was valid once.</param>
    public abstract IReadOnlyList<OrtValue> Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Wraps host memory as a tensor, without a copy.</summary>
    protected static OrtValue Wrap(HostMemory memory, TensorElementType element, long[] shape, nint address, long bytes) =>
        OrtValue.CreateTensorValueWithData(memory.Info, element, shape, address, bytes);
}
