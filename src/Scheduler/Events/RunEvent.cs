using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Events;

/// <summary>One line of a run's log.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Run">The run.</param>
/// <param name="Subject">The worker, shard, partition or state concerned.</param>
/// <param name="Detail">The numbers, for a person; may be empty.</param>
public sealed record RunEvent(RunEventKind Kind, RunId Run, string Subject, string Detail)
{
    /// <summary>"run kind subject: detail".</summary>
    public override string ToString() => Detail.Length == 0 ? $"{Run} {Kind} {Subject}" : $"{Run} {Kind} {Subject}: {Detail}";
}
