namespace BatchEngine.Storage.Database.Leases;

/// <summary>Where a shard is.</summary>
public enum ShardState
{
    /// <summary>Nobody works on it.</summary>
    Free,

    /// <summary>A worker holds its lease.</summary>
    Leased,

    /// <summary>Its lease ran out and was not renewed: the next worker takes it over.</summary>
    Expired,

    /// <summary>Its receipt is accepted.</summary>
    Done,
}
