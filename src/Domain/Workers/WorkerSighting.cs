namespace BatchEngine.Domain;

/// <summary>A worker as it was last seen.</summary>
/// <param name="Card">What it says of itself.</param>
/// <param name="State">What it was doing.</param>
/// <param name="Run">The run it works on; null means none.</param>
/// <param name="StartedAt">When it came.</param>
/// <param name="SeenAt">Its last sign of life.</param>
/// <param name="IsGone">Whether it has been silent for longer than it may, without having left.</param>
public sealed record WorkerSighting(WorkerCard Card, WorkerState State, RunId? Run, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsGone);
