using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Decides whether a sealed run may be published. May be called again for the same run after a crash, and must then say the same.</summary>
public interface IRunGate
{
    /// <summary>Judges the run by its merged profiles.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="profiles">Merged over all shards, sorted by column name (ordinal), features before outputs.</param>
    /// <param name="ct">Stops the call.</param>
    Task<GateVerdict> JudgeAsync(RunPlan plan, IReadOnlyList<ColumnProfile> profiles, CancellationToken ct);
}
