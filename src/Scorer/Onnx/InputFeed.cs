using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Brings features into the tensors that a model reads, in native buffers that live as long as the executor. Not thread-safe.</summary>
internal abstract class InputFeed : IDisposable
{
    /// <summary>A feed for the model's way of reading.</summary>
    public static InputFeed Create(InputLayout layout, int maxRows, HostMemory memory) =>
        layout.Parts is [{ IsFloatMatrix: true }] ? new MatrixFeed(layout, maxRows, memory) : new PartsFeed(layout, maxRows, memory);

    /// <summary>The tensors of some rows, in the model's input order; valid until the next call.</summary>
    /// <param name="features">The features.</param>
    /// <param name="fromRow">The first row.</param>
    /// <param name="rows">Rows to take.</param>
    /// <param name="tensorRows">Rows of the tensors, at least <paramref name="rows"/>; the rows behind are copies of the last
    /// real one, because a model may refuse any other value: an encoder its zeros, a look-up table an empty text.</param>
    public abstract IReadOnlyList<OrtValue> Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Fills the rows behind the real ones with copies of the last of them.</summary>
    protected static void RepeatLastRow<T>(Span<T> values, int width, int rows, int tensorRows)
    {
        var last = values.Slice((rows - 1) * width, width);
        for (var row = rows; row < tensorRows; row++)
            last.CopyTo(values.Slice(row * width, width));
    }

    /// <summary>Wraps host memory as a tensor, without a copy.</summary>
    protected static OrtValue Wrap(HostMemory memory, TensorElementType element, long[] shape, nint address, long bytes) =>
        OrtValue.CreateTensorValueWithData(memory.Info, element, shape, address, bytes);
}
