namespace BatchEngine.Domain;

/// <summary>The root of every failure of the world that BatchEngine reports. Immutable, so safe to share between threads.</summary>
/// <remarks>Expected outcomes (no capacity, key missing, lease held) are return values, never exceptions. The message holds the value, the place and the
/// expectation.</remarks>
public abstract class BatchEngineException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What was seen, where, what was expected, what to do.</param>
    /// <param name="isTransient">Whether the same call can succeed later without a change by a person.</param>
    /// <param name="inner">The failure beneath, when there is one.</param>
    protected BatchEngineException(string message, bool isTransient, Exception? inner = null) : base(message, inner) => IsTransient = isTransient;

    /// <summary>Whether retrying the same call can help.</summary>
    public bool IsTransient { get; }
}
