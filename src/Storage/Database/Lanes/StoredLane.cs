namespace BatchEngine.Storage.Database.Lanes;

/// <summary>A lane as it is stored now.</summary>
/// <param name="State">Its state; null means that the job is not scheduled.</param>
/// <param name="Now">The database's clock, which alone says what is due.</param>
public sealed record StoredLane(LaneState? State, DateTimeOffset Now);
