namespace BatchEngine.Scorer.Graphs;

/// <summary>A constant of a graph.</summary>
/// <param name="Name">Its value name.</param>
/// <param name="Element">The element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty is a scalar.</param>
/// <param name="Numbers">Numeric elements widened to double, which holds every float and every integer up to 2^53; empty for text.</param>
/// <param name="Texts">Text elements.</param>
/// <param name="IsExternal">The elements lie in another file and are not read.</param>
internal sealed record OnnxTensor(string Name, OnnxElement Element, IReadOnlyList<long> Shape, double[] Numbers, IReadOnlyList<string> Texts, bool IsExternal)
{
    /// <summary>The elements as floats, each rounded to the nearest.</summary>
    public float[] ToFloats() => Array.ConvertAll(Numbers, x => (float)x);

    /// <summary>The elements as integers.</summary>
    public long[] ToIntegers() => Array.ConvertAll(Numbers, x => (long)x);
}
