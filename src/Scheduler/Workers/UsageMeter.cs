using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Measures one worker's time in slices without gaps: each slice is one usage record with its busy and rework shares. Not thread-safe.</summary>
internal sealed class UsageMeter(RunPlan plan, string worker, Offering offering, TimeProvider clock)
{
    private DateTimeOffset _from = clock.GetUtcNow();
    private TimeSpan _busy;
    private TimeSpan _rework;

    /// <summary>Adds time spent scoring, and how much of it was thrown away.</summary>
    public void Worked(TimeSpan busy, TimeSpan rework)
    {
        _busy += busy;
        _rework += rework;
    }

    /// <summary>Ends the slice now; null when no time has passed.</summary>
    public UsageRecord? Cut(long predictions)
    {
        var to = clock.GetUtcNow();
        var length = to - _from;
        if (length <= TimeSpan.Zero)
            return null;
        var record = Record(plan.Run, worker, offering, _from, to, Share(_busy, length), Share(_rework, length), predictions);
        (_from, _busy, _rework) = (to, TimeSpan.Zero, TimeSpan.Zero);
        return record;
    }

    /// <summary>A worker's usage with the id that its facts give.</summary>
    public static UsageRecord Record(RunId run, string worker, Offering offering, DateTimeOffset from, DateTimeOffset to, double busy, double rework,
        long predictions) => new(
        string.Create(CultureInfo.InvariantCulture, $"{run}/{worker}/{from.UtcTicks}"), run, "", worker, UsageKind.BatchWorker, offering, from, to, busy,
            rework, predictions);

    private static double Share(TimeSpan part, TimeSpan whole) => Math.Clamp(part / whole, 0, 1);
}
