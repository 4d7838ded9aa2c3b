using System.Collections.Concurrent;

namespace BatchEngine.Host.Health;

/// <summary>Which background loops ended though nobody stopped them. Safe for many threads.</summary>
internal sealed class LoopWatch(ILogger<LoopWatch> log, ServeMetrics metrics)
{
    private readonly ConcurrentDictionary<string, string> _ended = new(StringComparer.Ordinal);

    /// <summary>Each ended loop with the kind of failure that ended it, by name; empty when all is well.</summary>
    public IReadOnlyList<(string Loop, string Failure)> Ended => [.. _ended.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key, e.Value))];

    /// <summary>Remembers, logs and counts a loop that ended.</summary>
    /// <param name="loop">Its name.</param>
    /// <param name="failure">What ended it; null means that it just returned.</param>
    public void Report(string loop, Exception? failure)
    {
        _ended[loop] = failure?.GetType().Name ?? "it returned";
        ServeEvents.LoopEnded(log, loop, failure);
        metrics.LoopEnded(loop);
    }
}
