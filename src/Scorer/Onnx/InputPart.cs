using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Onnx;

/// <summary>One model input and the features that fill it, side by side.</summary>
/// <param name="Spec">As the model declares it.</param>
/// <param name="Features">Indexes of the features, in the order of the input's values.</param>
/// <param name="Inner">Its dimensions behind the rows; empty for a vector with a value for each row. Null means that it has no rows: it is one row's
/// vector.</param>
internal sealed record InputPart(TensorSpec Spec, IReadOnlyList<int> Features, IReadOnlyList<long>? Inner)
{
    private const long MostHalf = 65_504;

    /// <summary>Values a row.</summary>
    public int Width => Features.Count;

    /// <summary>How its features have to be kept, so that no exact value is rounded on its way.</summary>
    public FeatureStorage Storage => Spec.Element switch
    {
        TensorElement.Float64 => FeatureStorage.Float64,
        TensorElement.Text => FeatureStorage.Text,
        TensorElement.Float32 or TensorElement.Float16 or TensorElement.Bool => FeatureStorage.Float32,
        _ => FeatureStorage.Int64,
    };

    /// <summary>Whether its values are floats, which can say that one is missing.</summary>
    public bool IsFloating => Spec.Element is TensorElement.Float32 or TensorElement.Float64 or TensorElement.Float16;

    /// <summary>Whether it is a matrix of the floats that <see cref="MatrixFeed"/> lays out.</summary>
    public bool IsFloatMatrix => Inner is { Count: > 0 } && Spec.Element is TensorElement.Float32 or TensorElement.Float64;

    /// <summary>The shape for a number of rows.</summary>
    public long[] For(int rows) => Inner is null ? [Width] : [rows, .. Inner];

    /// <summary>What it takes in one of its features.</summary>
    /// <param name="missing">Whether the model takes a missing value there.</param>
    public AcceptedValues Accepts(bool missing) => Spec.Element switch
    {
        TensorElement.Bool => new AcceptedValues(missing, 0, 1),
        TensorElement.Int8 => new AcceptedValues(missing, sbyte.MinValue, sbyte.MaxValue),
        TensorElement.UInt8 => new AcceptedValues(missing, byte.MinValue, byte.MaxValue),
        TensorElement.Int16 => new AcceptedValues(missing, short.MinValue, short.MaxValue),
        TensorElement.UInt16 => new AcceptedValues(missing, ushort.MinValue, ushort.MaxValue),
        TensorElement.Int32 => new AcceptedValues(missing, int.MinValue, int.MaxValue),
        TensorElement.UInt32 => new AcceptedValues(missing, uint.MinValue, uint.MaxValue),
        TensorElement.UInt64 => new AcceptedValues(missing, 0, long.MaxValue),
        TensorElement.Float16 => new AcceptedValues(missing, -MostHalf, MostHalf),
        _ => AcceptedValues.Any with { Missing = missing },
    } with
    { IsWhole = Spec.Element == TensorElement.Bool };
}
