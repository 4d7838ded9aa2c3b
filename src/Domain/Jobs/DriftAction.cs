namespace BatchEngine.Domain;

/// <summary>What a drifted column does to the night.</summary>
public enum DriftAction
{
    /// <summary>It is reported; the snapshot is published. The default.</summary>
    Warn,

    /// <summary>The snapshot is held back; yesterday's keeps serving.</summary>
    Hold,
}
