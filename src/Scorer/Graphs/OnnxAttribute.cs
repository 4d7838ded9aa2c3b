namespace BatchEngine.Scorer.Graphs;

/// <summary>One attribute of a node: whichever of the values its writer filled. Nobody changes its lists once it is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Float">A single float; 0 when not filled.</param>
/// <param name="Int">A single integer; 0 when not filled.</param>
/// <param name="Text">A single text; "" when not filled.</param>
/// <param name="Floats">Floats.</param>
/// <param name="Ints">Integers.</param>
/// <param name="Texts">Texts.</param>
/// <param name="Tensor">A constant; null means none.</param>
/// <param name="HasSubgraph">Whether it carries a graph of its own, as If, Loop and Scan do.</param>
internal sealed record OnnxAttribute(string Name, float Float, long Int, string Text, List<float> Floats, List<long> Ints, List<string> Texts,
    OnnxTensor? Tensor, bool HasSubgraph);
