using System.Globalization;
using System.Security.Cryptography;
using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Ledger;

/// <summary>
/// The books of one process that answers look-ups: what it answered, hour by hour, and its time. Each interval of the process is billed once: to each name the
/// time that its scoring took, on however many cores, and the rest of one core as idle. Quiet time is written ahead at each write and becomes one usage an
/// hour, so that a process that is killed loses at most the time since its last write. What cannot be stored is kept and stored by a later write: counts add
/// up, an interval goes on. Used by one thread at a time.
/// </summary>
/// <param name="database">Where it is written.</param>
/// <param name="clock">Says when ledger entries are written.</param>
/// <param name="prices">What its time costs.</param>
/// <param name="endpoint">Who it is.</param>
public sealed class EndpointBooks(StateDatabase database, TimeProvider clock, IPriceBooks prices, EndpointIdentity endpoint)
{
    private const int WriterBytes = 8;
    private readonly AnswerStore _answers = new(database);
    private readonly OpenSliceStore _slices = new(database);
    private readonly LedgerPoster _poster = new(database, clock, prices);
    private readonly SortedDictionary<(string Name, DateTimeOffset Hour, AnswerSource Source, RouteReason Reason), long> _counts = [];
    private readonly string _writer = $"{endpoint.Subject}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(WriterBytes))}";
    private readonly Queue<(long Number, AnswerCount Count)> _numbered = new();
    private readonly SortedDictionary<string, (TimeSpan Busy, long Predictions)> _meters = new(StringComparer.Ordinal);
    private DateTimeOffset _meteredFrom = clock.GetUtcNow();
    private DateTimeOffset? _unpostedFrom;
    private long _lastNumber;

    /// <summary>A quiet interval becomes a usage when it is this long.</summary>
    public static TimeSpan LongestQuiet { get; } = TimeSpan.FromHours(1);

    /// <summary>Answers that are counted and not yet written.</summary>
    public long Pending => _counts.Values.Sum() + _numbered.Sum(n => n.Count.Count);

    /// <summary>Whether there is usage that the ledger does not have yet.</summary>
    public bool HasUnposted => _unpostedFrom is not null;

    /// <summary>Counts answers of a name.</summary>
    public void Count(string servingName, DateTimeOffset at, AnswerSource source, RouteReason reason, long count)
    {
        var key = (servingName, at.AddTicks(-(at.Ticks % TimeSpan.TicksPerHour)), source, reason);
        _counts[key] = _counts.GetValueOrDefault(key) + count;
    }

    /// <summary>Adds the time that a name's scoring took, and the predictions that came of it; what failed took time too.</summary>
    public void Meter(string servingName, TimeSpan busy, long predictions)
    {
        if (predictions == 0 && busy <= TimeSpan.Zero)
            return;
        var before = _meters.GetValueOrDefault(servingName);
        _meters[servingName] = (before.Busy + busy, before.Predictions + predictions);
    }

    /// <summary>Writes counts and time until <paramref name="now"/>.</summary>
    /// <param name="now">The end of the interval.</param>
    /// <param name="idleName">The serving name that owns idle time; empty when the process serves several or none.</param>
    /// <param name="isEnd">Whether the process ends, so that also quiet time becomes usage.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">The database refuses; what was not written is kept.</exception>
    public async Task WriteAsync(DateTimeOffset now, string idleName, bool isEnd, CancellationToken ct)
    {
        // One transaction a count, taken off only when it is committed. One whose answer was lost is handed over again as it was, under its number.
        foreach (var (key, count) in _counts)
            _numbered.Enqueue((++_lastNumber, new AnswerCount(key.Name, key.Hour, key.Source, key.Reason, count, endpoint.IsDiagnostic)));
        _counts.Clear();
        while (_numbered.TryPeek(out var first))
        {
            await _answers.AddAsync(_writer, first.Number, first.Count, ct).ConfigureAwait(false);
            _numbered.Dequeue();
        }

        if (now <= _meteredFrom)
            return;
        var slice = new OpenSlice(Id("", _meteredFrom), null, endpoint.IsDiagnostic ? "" : idleName, endpoint.Subject, UsageKind.RealtimeEndpoint,
            Offering.Local, _meteredFrom, now, endpoint.Beat, TimeSpan.Zero, TimeSpan.Zero, 0, prices.Folder);
        if (_meters.Count == 0 && !isEnd && now - _meteredFrom < LongestQuiet)
        {
            await _slices.BeatAsync(slice, ct).ConfigureAwait(false);
            return;
        }

        var next = isEnd ? null : slice with { Id = Id("", now), From = now };
        await _slices.EndAsync(slice, from => UsageFrom(from, slice), next, ct).ConfigureAwait(false);
        _meters.Clear();
        _unpostedFrom ??= _meteredFrom;
        _meteredFrom = now;
    }

    /// <summary>Posts the usage to the ledger.</summary>
    /// <exception cref="StorageFailedException">The database refuses; posting again is safe.</exception>
    public async Task PostAsync(DateTimeOffset now, CancellationToken ct)
    {
        if (_unpostedFrom is not { } from)
            return;
        await _poster.PostEndpointsAsync(from, now, ct).ConfigureAwait(false);
        _unpostedFrom = null;
    }

    private List<UsageRecord> UsageFrom(DateTimeOffset from, OpenSlice quiet)
    {
        var to = quiet.SeenAt;
        var usage = new List<UsageRecord>();
        var worked = TimeSpan.Zero;
        foreach (var (name, (busy, predictions)) in _meters)
        {
            worked += busy;
            usage.Add(new UsageRecord(Id(name, from), null, name, endpoint.Subject, UsageKind.RealtimeEndpoint, Offering.Local, from < to ? from : to, to, 1, 0,
                predictions)
            { Billed = busy, PricedBy = prices.Folder });
        }

        if (to - from > worked)
            usage.Add(quiet.Usage(from, to) with { Billed = worked > TimeSpan.Zero ? to - from - worked : null });
        return usage;
    }

    private string Id(string name, DateTimeOffset from) => string.Create(CultureInfo.InvariantCulture, $"{endpoint.Subject}/{name}/{from.UtcTicks}");
}
