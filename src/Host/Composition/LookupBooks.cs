using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;

namespace BatchEngine.Host.Composition;

/// <summary>
/// Brings what this process answered and what its models scored to its books. What could not be written is kept, told once, and written by a later call. Used
/// by one thread at a time.
/// </summary>
/// <param name="engine">Where it is written, and what an endpoint costs.</param>
/// <param name="answered">The router's counters; null means that this process has no router.</param>
/// <param name="realtime">The meters of its real-time models; null means that it has none.</param>
/// <param name="endpoint">Who answers.</param>
/// <param name="names">The serving names now.</param>
/// <param name="note">Told about trouble, in a sentence.</param>
internal sealed class LookupBooks(Engine engine, AnswerCounters? answered, RealtimeModels? realtime, EndpointIdentity endpoint,
    Func<IReadOnlyList<string>> names, Action<string> note)
{
    private readonly EndpointBooks _books = new(engine.Database, engine.Clock, engine.Prices, endpoint);
    private bool _closed;

    /// <summary>How often answers and endpoint time are written down: what a killed process loses at most.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Answers that are counted and not yet written.</summary>
    public long Pending => _books.Pending;

    /// <summary>Why the books cannot be written now; null when they can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Writes periodically until stopped, then once more; trouble is noted and tried again at the next turn.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        // A process that is killed at once has been there too.
        await WriteAsync().ConfigureAwait(false);
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(Interval, engine.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WriteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes for the last time.</summary>
    /// <returns>What is lost, in a sentence; null when all is written.</returns>
    public async Task<string?> CloseAsync()
    {
        if (_closed || await WriteAsync(isEnd: true).ConfigureAwait(false))
        {
            _closed = true;
            return null;
        }

        return Pending > 0
            ? $"{Figures.Count(Pending, "answer", "answers")} since the last write could not be written down and are lost: {Trouble}"
            : $"The books could not be closed; the time of this process is settled by the next cost report or cost verify: {Trouble}";
    }

    /// <summary>Writes everything since the last call that succeeded.</summary>
    /// <param name="isEnd">Whether the process ends.</param>
    /// <returns>Whether all of it is written; else the reason was noted.</returns>
    public async Task<bool> WriteAsync(bool isEnd = false)
    {
        var now = engine.Clock.GetUtcNow();
        Collect(now);
        try
        {
            await _books.WriteAsync(now, names() is [var only] ? only : "", isEnd, CancellationToken.None).ConfigureAwait(false);
            await _books.PostAsync(now, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BatchEngineException problem) when (problem is not InvariantBrokenException)
        {
            if (Trouble != problem.Message)
                note($"What was looked up cannot be written down now and is kept while this process runs: {problem.Message}");
            Trouble = problem.Message;
            return false;
        }
        if (Trouble is not null)
            note("What was looked up is written down again.");
        Trouble = null;
        return true;
    }

    private void Collect(DateTimeOffset now)
    {
        foreach (var tally in answered?.Drain() ?? [])
            _books.Count(tally.ServingName, now, tally.Source, tally.Reason, tally.Count);
        foreach (var (name, busy, predictions) in realtime?.TakeMeters() ?? [])
            _books.Meter(name, busy, predictions);
    }
}
