namespace BatchEngine.Storage.Database.Lanes;

/// <summary>A lane after a source said that it wants it.</summary>
/// <param name="State">As it is stored.</param>
/// <param name="IsInForce">Whether its schedule is the source's; else another living source put its own in force later.</param>
/// <param name="Now">The database's clock.</param>
public sealed record WishedLane(LaneState State, bool IsInForce, DateTimeOffset Now);
