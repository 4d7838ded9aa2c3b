namespace BatchEngine.Domain;

/// <summary>What happens to fires that were missed while nobody was there to start them.</summary>
public enum MisfirePolicy
{
    /// <summary>The latest missed run is started once, the others are skipped and recorded. The default.</summary>
    RunLatest,

    /// <summary>Every missed run is started, oldest first.</summary>
    RunAll,

    /// <summary>Missed runs are skipped and recorded.</summary>
    Skip,
}
