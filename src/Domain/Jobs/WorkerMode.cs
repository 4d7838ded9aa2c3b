namespace BatchEngine.Domain;

/// <summary>Where local workers live.</summary>
public enum WorkerMode
{
    /// <summary>In the scheduler's own process. The default.</summary>
    InProcess,

    /// <summary>As child processes, so that one can be killed without the others.</summary>
    ChildProcess,
}
