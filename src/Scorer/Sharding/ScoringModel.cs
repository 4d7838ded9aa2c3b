using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Sharding;

/// <summary>What a worker scores with.</summary>
/// <param name="Loaded">The model, opened for the features.</param>
/// <param name="Features">Compiled for the manifest's columns.</param>
/// <param name="FingerprintSeed">What a prediction depends on beside the features: the spec's and the model's digests.</param>
internal sealed record ScoringModel(LoadedModel Loaded, CompiledFeatures Features, ulong FingerprintSeed)
{
    /// <summary>The model of a version, for the features of a spec.</summary>
    public static ScoringModel Of(LoadedModel model, CompiledFeatures features, FeatureSpec spec, ModelVersion version) =>
        new(model, features, Units.FingerprintSeed.Of(spec, version.Digest));
}
