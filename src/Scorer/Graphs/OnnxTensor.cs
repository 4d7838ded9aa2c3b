namespace BatchEngine.Scorer.Graphs;

/// <summary>A constant of a graph. Its elements stay in the bytes of the file until somebody asks for them: most constants are for ONNX Runtime alone, which
/// knows more element types than are read here.</summary>
/// <param name="Name">Its value name.</param>
/// <param name="Element">The element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty is a scalar.</param>
/// <param name="Texts">Text elements.</param>
/// <param name="IsExternal">The elements lie in another file and are not read.</param>
/// <param name="Content">The whole constant as the file has it.</param>
internal sealed record OnnxTensor(string Name, OnnxElement Element, IReadOnlyList<long> Shape, IReadOnlyList<string> Texts, bool IsExternal,
    ProtoMessage Content)
{
    /// <summary>Whether its elements are numbers that can be read here.</summary>
    public bool HasNumbers => !IsExternal && OnnxTensorReader.Reads(Element);

    /// <summary>Numeric elements widened to double, which holds every float and every integer up to 2^53; decoded anew each time, and empty where
    /// <see cref="HasNumbers"/> says no.</summary>
    public double[] ToNumbers() => HasNumbers ? OnnxTensorReader.Numbers(Content.Again(), Element) : [];

    /// <summary>The elements as floats, each rounded to the nearest.</summary>
    public float[] ToFloats() => Array.ConvertAll(ToNumbers(), x => (float)x);

    /// <summary>The elements as integers.</summary>
    public long[] ToIntegers() => Array.ConvertAll(ToNumbers(), x => (long)x);
}
