namespace BatchEngine.Scorer.Features;

/// <summary>How a feature's values are kept for the model.</summary>
public enum FeatureStorage
{
    /// <summary>32-bit float; missing is NaN. The default.</summary>
    Float32,

    /// <summary>64-bit float; missing is NaN.</summary>
    Float64,

    /// <summary>64-bit integer, exact; missing is 0 with its presence byte cleared.</summary>
    Int64,

    /// <summary>UTF-8 text; missing is empty with its presence byte cleared.</summary>
    Text,
}
