namespace BatchEngine.Scorer.Onnx;

/// <summary>What a trial run showed of one output.</summary>
/// <param name="Shapes">The shape of the tensor, or of each tensor of a sequence; none for maps.</param>
/// <param name="Keys">The keys of a sequence of maps, in order; empty for tensors.</param>
internal sealed record TrialOutput(IReadOnlyList<IReadOnlyList<long>> Shapes, IReadOnlyList<string> Keys);
