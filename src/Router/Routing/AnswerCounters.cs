using System.Collections.Concurrent;
using BatchEngine.Domain;

namespace BatchEngine.Router.Routing;

/// <summary>Counts answers by name, source and reason. Thread-safe; no count is lost or taken twice by a drain. Only names that a job serves are counted, so
/// the table is bounded.</summary>
public sealed class AnswerCounters
{
    private readonly ConcurrentDictionary<(string Name, AnswerSource Source, RouteReason Reason), Cell> _cells = new();

    /// <summary>Takes what was counted since the last call.</summary>
    public IReadOnlyList<AnswerTally> Drain() =>
        [.. _cells.Select(c => new AnswerTally(c.Key.Name, c.Key.Source, c.Key.Reason, Interlocked.Exchange(ref c.Value.Count, 0))).Where(t => t.Count > 0)
            .OrderBy(t => t.ServingName, StringComparer.Ordinal).ThenBy(t => t.Source).ThenBy(t => t.Reason)];

    internal void Count(string name, RouteDecision decision, long times = 1) =>
        Interlocked.Add(ref _cells.GetOrAdd((name, decision.Source, decision.SourceReason), _ => new Cell()).Count, times);

    private sealed class Cell
    {
        public long Count;
    }
}
