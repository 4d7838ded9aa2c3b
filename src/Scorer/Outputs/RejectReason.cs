namespace BatchEngine.Scorer.Outputs;

/// <summary>Why a row was not scored into the output.</summary>
public enum RejectReason
{
    /// <summary>The key is missing.</summary>
    KeyMissing,

    /// <summary>The text key is empty.</summary>
    KeyEmpty,

    /// <summary>The text key is longer than <see cref="Domain.PredictionKey.MaxUtf8Bytes"/>.</summary>
    KeyTooLong,

    /// <summary>The bytes of the text key are no UTF-8.</summary>
    KeyNotText,

    /// <summary>A feature is missing and the model cannot take that.</summary>
    FeatureMissing,

    /// <summary>A feature is infinite.</summary>
    FeatureInfinite,

    /// <summary>A feature has a value that the model's input cannot hold: beyond its type, no truth, or a whole number that a float would change.</summary>
    FeatureUnrepresentable,

    /// <summary>The model refused the row: a category that it does not know, for instance.</summary>
    ModelRefused,

    /// <summary>The model gave NaN or infinity.</summary>
    OutputNotFinite,
}
