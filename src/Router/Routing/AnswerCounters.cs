using System.Collections.Concurrent;
using BatchEngine.Domain;

namespace BatchEngine.Router.Routing;

/// <summary>Counts answers by name, source and reason. Thread-safe; no count is lost or taken twice by a drain. Only names that a job serves are counted, so
/// the table is bounded.</summary>
public sealed class AnswerCounters
{
    private readonly ConcurrentDictionary<(string Name, string Source, RouteReason Reason), Cell> _cells = new();

    /// <summary>Takes what was counted since the last call.</summary>
    public IReadOnlyList<AnswerTally> Drain() =>
        [.. _cells.Select(c => new AnswerTally(c.Key.Name, c.Key.Source, c.Key.Reason, Interlocked.Exchange(ref c.Value.Count, 0))).Where(t => t.Count > 0)
            .OrderBy(t => t.ServingName, StringComparer.Ordinal).ThenBy(t => t.Source, StringComparer.Ordinal).ThenBy(t => t.Reason)];

    internal void Count(string name, RouteDecision decision)
    {
        var (source, reason) = decision switch
        {
            RouteDecision.Hit => ("snapshot", RouteReason.Fresh),
            RouteDecision.Fallback live => ("realtime", live.Reason),
            RouteDecision.Degraded stored => ("degraded", stored.Reason),
            RouteDecision.Refused refused => ("refused", refused.Reason),
            _ => throw new InvariantBrokenException("every decision is counted", decision.GetType().Name),
        };
        Interlocked.Increment(ref _cells.GetOrAdd((name, source, reason), _ => new Cell()).Count);
    }

    private sealed class Cell
    {
        public long Count;
    }
}
