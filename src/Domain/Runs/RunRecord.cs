namespace BatchEngine.Domain;

/// <summary>What is known of a run now, as stored.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">Where it is.</param>
/// <param name="Model">The exact model.</param>
/// <param name="PlannedAt">When it was planned.</param>
/// <param name="StartedAt">When scoring started; null means not yet.</param>
/// <param name="EndedAt">When it reached a final state; null means not yet.</param>
/// <param name="Rows">Rows of the manifest.</param>
/// <param name="Note">Why it failed, was held or was cancelled; empty otherwise.</param>
public sealed record RunRecord(RunId Run, RunState State, ModelVersion Model, DateTimeOffset PlannedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    long Rows, string Note);
