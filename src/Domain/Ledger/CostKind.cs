namespace BatchEngine.Domain;

/// <summary>What a cent was spent on.</summary>
public enum CostKind
{
    /// <summary>Scoring in batch.</summary>
    Batch,

    /// <summary>Scoring in real time.</summary>
    Realtime,

    /// <summary>Rented but not used.</summary>
    Idle,

    /// <summary>Work done again after an interruption.</summary>
    Rework,

    /// <summary>Sealing, judging, publishing.</summary>
    Shared,
}
