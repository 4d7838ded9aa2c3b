namespace BatchEngine.Domain;

/// <summary>Why a look-up was answered the way it was.</summary>
public enum RouteReason
{
    /// <summary>The stored prediction is fresh and predictable.</summary>
    Fresh,

    /// <summary>No snapshot is published under this name.</summary>
    NoSnapshot,

    /// <summary>The key is not in the snapshot.</summary>
    KeyMissing,

    /// <summary>The snapshot is older than the contract's maximum age, or stands for a time to come.</summary>
    Stale,

    /// <summary>The stored confidence is below the contract's threshold.</summary>
    LowConfidence,

    /// <summary>A real-time answer was needed and no features were given.</summary>
    NoFeatures,

    /// <summary>A real-time answer was needed and the contract forbids it.</summary>
    RealtimeOff,

    /// <summary>Too many real-time requests at once.</summary>
    Overloaded,

    /// <summary>The real-time endpoint failed or missed its deadline.</summary>
    RealtimeFailed,

    /// <summary>No job serves under this name.</summary>
    UnknownName,

    /// <summary>A real-time answer was needed and the features that were given cannot be scored.</summary>
    BadFeatures,
}
