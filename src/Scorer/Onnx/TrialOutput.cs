namespace BatchEngine.Scorer.Onnx;

/// <summary>What a trial run showed of one output.</summary>
/// <param name="Width">Values a row.</param>
/// <param name="Keys">The keys of a sequence of maps, in order; empty for a tensor.</param>
internal sealed record TrialOutput(long Width, IReadOnlyList<string> Keys);
