namespace BatchEngine.Domain;

/// <summary>What a model says about one key; model version and as-of belong to the snapshot.</summary>
/// <param name="Outputs">The model's outputs in order, as float32.</param>
/// <param name="Confidence">The largest class probability, 0 to 1; not measured for a regression.</param>
/// <param name="FeatureFingerprint">64-bit hash of exactly the features that the model read, with transform and model.</param>
/// <param name="Flags">Facts about it.</param>
public sealed record Prediction(IReadOnlyList<float> Outputs, Measured<float> Confidence, ulong FeatureFingerprint, PredictionFlags Flags);
