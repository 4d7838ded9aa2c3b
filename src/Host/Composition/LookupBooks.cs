using System.Globalization;
using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Composition;

/// <summary>
/// Writes down what was answered and what scoring it in real time cost. What could not be written is kept, told once, and written by a later call: counts add
/// up, an
/// endpoint's interval goes on until it is stored.
/// Used by one thread at a time.
/// </summary>
/// <param name="database">Where it is written.</param>
/// <param name="prices">What an endpoint costs.</param>
/// <param name="clock">The machine's clock.</param>
/// <param name="answered">The router's counters.</param>
/// <param name="realtime">The real-time models' meters.</param>
/// <param name="subject">The endpoint's name in usage records.</param>
/// <param name="note">Told about trouble, in a sentence.</param>
internal sealed class LookupBooks(StateDatabase database, CurrentPrices prices, TimeProvider clock, AnswerCounters answered, RealtimeModels realtime,
    string subject, Action<string> note)
{
    private readonly AnswerStore _answers = new(database);
    private readonly UsageStore _usage = new(database);
    private readonly SortedDictionary<(string Name, DateTimeOffset Hour, AnswerSource Source, RouteReason Reason), long> _counts = [];
    private readonly SortedDictionary<string, (TimeSpan Busy, long Predictions)> _meters = new(StringComparer.Ordinal);
    private DateTimeOffset _meteredFrom = clock.GetUtcNow();
    private DateTimeOffset? _unpostedFrom;
    private string _trouble = "";

    /// <summary>Answers that are counted and not yet written.</summary>
    public long Pending => _counts.Values.Sum();

    /// <summary>Writes everything since the last call that succeeded.</summary>
    /// <returns>Whether all of it is written; else the reason was noted.</returns>
    public async Task<bool> WriteAsync()
    {
        var now = clock.GetUtcNow();
        Collect(now);
        try
        {
            await WriteCountsAsync().ConfigureAwait(false);
            await WriteUsageAsync(now).ConfigureAwait(false);
            await PostAsync(now).ConfigureAwait(false);
        }
        catch (BatchEngineException problem) when (problem is not InvariantBrokenException)
        {
            if (_trouble != problem.Message)
                note($"What was looked up cannot be written down now and is kept: {problem.Message}");
            _trouble = problem.Message;
            return false;
        }
        if (_trouble.Length > 0)
            note("What was looked up is written down again.");
        _trouble = "";
        return true;
    }

    private void Collect(DateTimeOffset now)
    {
        var hour = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerHour));
        foreach (var tally in answered.Drain())
        {
            var key = (tally.ServingName, hour, tally.Source, tally.Reason);
            _counts[key] = _counts.GetValueOrDefault(key) + tally.Count;
        }
        foreach (var (name, busy, predictions) in realtime.TakeMeters().Where(m => m.Predictions > 0))
        {
            var before = _meters.GetValueOrDefault(name);
            _meters[name] = (before.Busy + busy, before.Predictions + predictions);
        }
    }

    // One transaction a count, taken off only when it is committed.
    private async Task WriteCountsAsync()
    {
        foreach (var (key, count) in _counts.ToList())
        {
            await _answers.AddAsync(key.Name, key.Hour, key.Source, key.Reason, count, CancellationToken.None).ConfigureAwait(false);
            _counts.Remove(key);
        }
    }

    // Time in which nothing was scored in real time is nobody's; time that could not be stored belongs to the next record.
    private async Task WriteUsageAsync(DateTimeOffset now)
    {
        var (from, length) = (_meteredFrom, now - _meteredFrom);
        if (length <= TimeSpan.Zero)
            return;
        foreach (var (name, (busy, predictions)) in _meters.ToList())
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{subject}/{name}/{from.UtcTicks}");
            await _usage.AppendAsync(
                new UsageRecord(id, null, name, subject, UsageKind.RealtimeEndpoint, Offering.Local, from, now, Math.Clamp(busy / length, 0, 1), 0,
                predictions), CancellationToken.None).ConfigureAwait(false);
            _meters.Remove(name);
            _unpostedFrom ??= from;
        }
        _meteredFrom = now;
    }

    private async Task PostAsync(DateTimeOffset now)
    {
        if (_unpostedFrom is not { } from)
            return;
        await prices.PinAsync(CancellationToken.None).ConfigureAwait(false);
        await new LedgerPoster(database, clock).PostEndpointsAsync(from, now, CancellationToken.None).ConfigureAwait(false);
        _unpostedFrom = null;
    }
}
