namespace BatchEngine.Domain;

/// <summary>Where a run's workers live.</summary>
public enum WorkerMode
{
    /// <summary>In the scheduler's own process. The default.</summary>
    InProcess,

    /// <summary>As child processes, so that one can be killed without the others.</summary>
    ChildProcess,

    /// <summary>Nowhere here: workers of other processes, on any machine, which may come and go.</summary>
    Elsewhere,
}
