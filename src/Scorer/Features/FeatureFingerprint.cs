namespace BatchEngine.Scorer.Features;

/// <summary>A 64-bit hash a row over exactly the model's features.</summary>
public static class FeatureFingerprint
{
    /// <summary>Computes the fingerprints of all rows.</summary>
    /// <param name="features">The features.</param>
    /// <param name="seed">What else the prediction depends on: the spec's and the model's digests.</param>
    /// <param name="target">At least the matrix's rows long.</param>
    public static void Compute(FeatureMatrix features, ulong seed, Span<ulong> target) => RowHash.Compute(features, seed, target[..features.Rows]);
}
