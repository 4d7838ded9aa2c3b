namespace BatchEngine.Fleet.Store;

/// <summary>How the front of the store answers.</summary>
internal enum FrontMood
{
    /// <summary>As the store does.</summary>
    Well,

    /// <summary>Every request is refused with 503 SlowDown.</summary>
    Busy,

    /// <summary>Every answer comes late.</summary>
    Slow,
}
