using BatchEngine.Domain;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Our element types in the runtime's words.</summary>
internal static class ElementTypes
{
    private static readonly (TensorElement Ours, TensorElementType Theirs, int Bytes)[] s_all =
    [
        (TensorElement.Float32, TensorElementType.Float, 4), (TensorElement.Float64, TensorElementType.Double, 8),
        (TensorElement.Float16, TensorElementType.Float16, 2), (TensorElement.Int8, TensorElementType.Int8, 1),
        (TensorElement.Int16, TensorElementType.Int16, 2), (TensorElement.Int32, TensorElementType.Int32, 4),
        (TensorElement.Int64, TensorElementType.Int64, 8), (TensorElement.UInt8, TensorElementType.UInt8, 1),
        (TensorElement.UInt16, TensorElementType.UInt16, 2), (TensorElement.UInt32, TensorElementType.UInt32, 4),
        (TensorElement.UInt64, TensorElementType.UInt64, 8), (TensorElement.Bool, TensorElementType.Bool, 1),
        (TensorElement.Text, TensorElementType.String, 0),
    ];

    /// <summary>Our word for a type of the runtime.</summary>
    public static TensorElement Of(TensorElementType theirs)
    {
        foreach (var known in s_all)
        {
            if (known.Theirs == theirs)
                return known.Ours;
        }
        return TensorElement.Unsupported;
    }

    /// <summary>The runtime's word, and the bytes of one value; text has none.</summary>
    public static (TensorElementType Type, int Bytes) Of(TensorElement ours)
    {
        foreach (var known in s_all)
        {
            if (known.Ours == ours)
                return (known.Theirs, known.Bytes);
        }
        throw new ArgumentOutOfRangeException(nameof(ours), ours, "No tensor has such elements.");
    }
}
