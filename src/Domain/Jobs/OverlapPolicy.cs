namespace BatchEngine.Domain;

/// <summary>What happens when a run is due while an earlier run of the same job is still going.</summary>
public enum OverlapPolicy
{
    /// <summary>It waits until the earlier one has ended. The default.</summary>
    Queue,

    /// <summary>It is skipped and recorded.</summary>
    Skip,
}
