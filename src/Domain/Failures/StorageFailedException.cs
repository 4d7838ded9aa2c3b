namespace BatchEngine.Domain;

/// <summary>A disk, a database or a blob store refused: full, locked, gone or not permitted. Nothing half-written is ever read.</summary>
public sealed class StorageFailedException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="place">The path, blob or database.</param>
    /// <param name="problem">What happened and what to do, as one or two sentences.</param>
    /// <param name="isTransient">Whether a later try can succeed (a lock, a timeout) or not (a full disk, a missing permission).</param>
    /// <param name="inner">The failure beneath.</param>
    public StorageFailedException(string place, string problem, bool isTransient, Exception? inner = null)
        : base($"{place}: {problem}", isTransient, inner) => Place = place;

    /// <summary>The path, blob or database.</summary>
    public string Place { get; }
}
