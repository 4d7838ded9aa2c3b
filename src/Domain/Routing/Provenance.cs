namespace BatchEngine.Domain;

/// <summary>Where an answer comes from.</summary>
/// <param name="Model">The model that made it.</param>
/// <param name="SnapshotId">The snapshot; null means it was scored in real time.</param>
/// <param name="AsOf">The instant its features speak of.</param>
/// <param name="Age">Now minus as-of.</param>
/// <param name="Outputs">One column per output.</param>
public sealed record Provenance(ModelVersion Model, long? SnapshotId, DateTimeOffset AsOf, TimeSpan Age, IReadOnlyList<OutputColumn> Outputs);
