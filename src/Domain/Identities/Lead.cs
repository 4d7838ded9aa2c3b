namespace BatchEngine.Domain;

/// <summary>The right to coordinate a run. Every write of its coordinator names it, and is refused once another process leads the run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Fence">Grows with every coordinator of the run.</param>
public sealed record Lead(RunId Run, FenceToken Fence);
