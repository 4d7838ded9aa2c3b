using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Ledger;

/// <summary>
/// The books of one real-time endpoint: what it answered, hour by hour, and what is billed for it: each interval between two writes in which it scored, with
/// the
/// share of it that was spent scoring. An interval in which a name scored nothing is nobody's. What cannot be stored is kept and stored by a later write:
/// counts
/// add up, an interval goes on. Used by one thread at a time.
/// </summary>
/// <param name="database">Where it is written.</param>
/// <param name="clock">Says when ledger entries are written.</param>
/// <param name="subject">The endpoint's name in usage records.</param>
public sealed class EndpointBooks(StateDatabase database, TimeProvider clock, string subject)
{
    private readonly AnswerStore _answers = new(database);
    private readonly UsageStore _usage = new(database);
    private readonly LedgerPoster _poster = new(database, clock);
    private readonly SortedDictionary<(string Name, DateTimeOffset Hour, AnswerSource Source, RouteReason Reason), long> _counts = [];
    private readonly SortedDictionary<string, (TimeSpan Busy, long Predictions)> _meters = new(StringComparer.Ordinal);
    private DateTimeOffset _meteredFrom = clock.GetUtcNow();
    private DateTimeOffset? _unpostedFrom;

    /// <summary>Answers that are counted and not yet written.</summary>
    public long Pending => _counts.Values.Sum();

    /// <summary>Whether there is usage that the ledger does not have yet.</summary>
    public bool HasUnposted => _unpostedFrom is not null;

    /// <summary>Counts answers of a name.</summary>
    public void Count(string servingName, DateTimeOffset at, AnswerSource source, RouteReason reason, long count)
    {
        var key = (servingName, at.AddTicks(-(at.Ticks % TimeSpan.TicksPerHour)), source, reason);
        _counts[key] = _counts.GetValueOrDefault(key) + count;
    }

    /// <summary>Adds the time that a name's predictions took.</summary>
    public void Meter(string servingName, TimeSpan busy, long predictions)
    {
        if (predictions == 0)
            return;
        var before = _meters.GetValueOrDefault(servingName);
        _meters[servingName] = (before.Busy + busy, before.Predictions + predictions);
    }

    /// <summary>Writes counts and usage; the interval ends at <paramref name="now"/>.</summary>
    /// <exception cref="StorageFailedException">The database refuses; what was not written is kept.</exception>
    public async Task WriteAsync(DateTimeOffset now, CancellationToken ct)
    {
        // One transaction a count, taken off only when it is committed.
        foreach (var (key, count) in _counts.ToList())
        {
            await _answers.AddAsync(key.Name, key.Hour, key.Source, key.Reason, count, ct).ConfigureAwait(false);
            _counts.Remove(key);
        }

        var (from, length) = (_meteredFrom, now - _meteredFrom);
        if (length <= TimeSpan.Zero)
            return;
        foreach (var (name, (busy, predictions)) in _meters.ToList())
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{subject}/{name}/{from.UtcTicks}");
            await _usage.AppendAsync(new UsageRecord(id, null, name, subject, UsageKind.RealtimeEndpoint, Offering.Local, from, now,
                Math.Clamp(busy / length, 0, 1), 0, predictions), ct).ConfigureAwait(false);
            _meters.Remove(name);
            _unpostedFrom ??= from;
        }

        _meteredFrom = now;
    }

    /// <summary>Posts the usage to the ledger by the stored prices.</summary>
    /// <exception cref="StorageFailedException">The database refuses; posting again is safe.</exception>
    public async Task PostAsync(DateTimeOffset now, CancellationToken ct)
    {
        if (_unpostedFrom is not { } from)
            return;
        await _poster.PostEndpointsAsync(from, now, ct).ConfigureAwait(false);
        _unpostedFrom = null;
    }
}
