using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Measures the time of one worker or coordinator in slices without gaps: each slice is one usage record with its busy and rework shares, and is
/// written ahead at each beat, so that a process that dies has lost at most one beat. Thread-safe: beats come from whoever renews.</summary>
/// <param name="slices">Where it is written.</param>
/// <param name="subject">What is measured.</param>
/// <param name="beat">How often it is promised to beat.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class UsageMeter(OpenSliceStore slices, MeteredSubject subject, TimeSpan beat, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private DateTimeOffset _from = clock.GetUtcNow();
    private TimeSpan _busy;
    private TimeSpan _rework;
    private ShardAttempt? _attempt;
    private bool _hasEnded;

    /// <summary>What is worked on from now on counts as busy at a beat, before it has ended.</summary>
    public void Works(ShardAttempt attempt) => _attempt = attempt;

    /// <summary>Adds time spent working, and how much of it was thrown away; what was worked on has ended.</summary>
    public void Worked(TimeSpan busy, TimeSpan rework)
    {
        _attempt = null;
        _busy += busy;
        _rework += rework;
    }

    /// <summary>Writes a sign of life. One that the database refuses is left to the next.</summary>
    public async Task BeatAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_hasEnded)
                return;
            var now = clock.GetUtcNow();
            var attempt = _attempt;
            await slices.BeatAsync(Slice(_from, now) with
            {
                Busy = subject.IsAlwaysBusy ? now - _from : _busy + (attempt?.Busy ?? TimeSpan.Zero),
                Predictions = attempt?.Predictions ?? 0,
            }, ct).ConfigureAwait(false);
        }
        catch (StorageFailedException)
        {
            // Whoever does the work meets the same database and says so; a beat alone must not end it.
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends the slice now; null when no time has passed.</summary>
    /// <param name="predictions">Predictions made in it.</param>
    /// <param name="isEnd">Whether none follows.</param>
    public async Task<UsageRecord?> CutAsync(long predictions, bool isEnd)
    {
        await _one.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            var to = clock.GetUtcNow();
            if (_hasEnded || (to <= _from && !isEnd))
                return null;
            var slice = Slice(_from, to) with { Busy = subject.IsAlwaysBusy ? to - _from : _busy, Rework = _rework, Predictions = predictions };
            var usage = await slices.EndAsync(slice, from => from < to ? [slice.Usage(from, to)] : [], isEnd ? null : Slice(to, to), CancellationToken.None)
                .ConfigureAwait(false);
            (_from, _busy, _rework, _hasEnded) = (to, TimeSpan.Zero, TimeSpan.Zero, isEnd);
            return usage is [var record] ? record : null;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends what has not been ended. What the database refuses stays written ahead, and whoever does the books next settles it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CutAsync(0, isEnd: true).ConfigureAwait(false);
        }
        catch (StorageFailedException)
        {
            // The failure that ends the work must not be hidden by this one.
        }
        _one.Dispose();
    }

    /// <summary>A slice with the id that its facts give, nothing known of its work yet.</summary>
    public static OpenSlice Slice(MeteredSubject subject, DateTimeOffset from, DateTimeOffset seen, TimeSpan beat) => new(
        string.Create(CultureInfo.InvariantCulture, $"{subject.Run}/{subject.Name}/{from.UtcTicks}"), subject.Run, "", subject.Name, subject.Kind,
        subject.Offering, from, seen, beat, TimeSpan.Zero, TimeSpan.Zero, 0, "")
    { BilledShare = subject.BilledShare };

    private OpenSlice Slice(DateTimeOffset from, DateTimeOffset seen) => Slice(subject, from, seen, beat);
}
