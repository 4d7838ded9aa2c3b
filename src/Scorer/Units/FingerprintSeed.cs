using BatchEngine.Domain;

namespace BatchEngine.Scorer.Units;

/// <summary>What a prediction depends on beside its features, as one number: the same in a batch and in real time. Pure.</summary>
public static class FingerprintSeed
{
    /// <summary>Mixes the spec's and the model's digests.</summary>
    public static ulong Of(FeatureSpec spec, Digest model) => spec.ContentHash.First64 ^ ulong.RotateLeft(model.First64, 32);
}
