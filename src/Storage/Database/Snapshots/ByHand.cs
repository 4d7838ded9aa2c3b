namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Who moves a pointer by hand, and why; kept as a decision of the run.</summary>
/// <param name="Who">The person.</param>
/// <param name="Why">In the person's own words.</param>
public sealed record ByHand(string Who, string Why);
