namespace BatchEngine.Domain;

/// <summary>Facts about one stored prediction.</summary>
[Flags]
public enum PredictionFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>The model gives no confidence; the stored number means nothing.</summary>
    NoConfidence = 1,

    /// <summary>Kept for readers of the format. No run sets it: a prediction that was carried over is stored exactly like a scored one, so that a snapshot
    /// has the same bytes however it was made.</summary>
    Reused = 2,

    /// <summary>Scored in real time by a model whose scores depend on the other rows of a batch: the batch gives something else. Never stored.</summary>
    DependsOnBatch = 4,
}
