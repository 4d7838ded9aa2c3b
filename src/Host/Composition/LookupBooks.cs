using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Composition;

/// <summary>
/// Brings what the router answered and what its models scored to the books of this endpoint. What could not be written is kept, told once, and written by a
/// later
/// call. Used by one thread at a time.
/// </summary>
/// <param name="database">Where it is written.</param>
/// <param name="prices">What an endpoint costs.</param>
/// <param name="clock">The machine's clock.</param>
/// <param name="answered">The router's counters.</param>
/// <param name="realtime">The real-time models' meters.</param>
/// <param name="endpoint">Who answers.</param>
/// <param name="names">The serving names now.</param>
/// <param name="note">Told about trouble, in a sentence.</param>
internal sealed class LookupBooks(StateDatabase database, CurrentPrices prices, TimeProvider clock, AnswerCounters answered, RealtimeModels realtime,
    EndpointIdentity endpoint, Func<IReadOnlyList<string>> names, Action<string> note)
{
    private readonly EndpointBooks _books = new(database, clock, prices, endpoint);

    /// <summary>Answers that are counted and not yet written.</summary>
    public long Pending => _books.Pending;

    /// <summary>Why the books cannot be written now; null when they can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Writes everything since the last call that succeeded.</summary>
    /// <param name="isEnd">Whether the process ends.</param>
    /// <returns>Whether all of it is written; else the reason was noted.</returns>
    public async Task<bool> WriteAsync(bool isEnd = false)
    {
        var now = clock.GetUtcNow();
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
        foreach (var tally in answered.Drain())
            _books.Count(tally.ServingName, now, tally.Source, tally.Reason, tally.Count);
        foreach (var (name, busy, predictions) in realtime.TakeMeters())
            _books.Meter(name, busy, predictions);
    }
}
