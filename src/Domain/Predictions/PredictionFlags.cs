namespace BatchEngine.Domain;

/// <summary>Facts about one stored prediction.</summary>
[Flags]
public enum PredictionFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>The model gives no confidence; the stored number means nothing.</summary>
    NoConfidence = 1,

    /// <summary>Carried over from an earlier snapshot because its features did not change.</summary>
    Reused = 2,
}
