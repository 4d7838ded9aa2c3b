using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Which scheduled instants are to be started now and which are skipped: a pure function of the past and the schedule.</summary>
/// <param name="Start">Instants to start, oldest first.</param>
/// <param name="Skipped">How many due instants are not started (those beyond the lookback not counted).</param>
/// <param name="FirstSkipped">The oldest skipped instant; null means none.</param>
/// <param name="LastSkipped">The newest skipped instant; null means none.</param>
/// <param name="HandledThrough">Up to here, inclusive, everything is decided; the next call starts after it.</param>
/// <param name="Next">The first instant still to come; null means the schedule has none.</param>
internal sealed record DueRuns(
    IReadOnlyList<DateTimeOffset> Start,
    long Skipped,
    DateTimeOffset? FirstSkipped,
    DateTimeOffset? LastSkipped,
    DateTimeOffset HandledThrough,
    DateTimeOffset? Next)
{
    /// <summary>Decides over every occurrence after <paramref name="handledThrough"/> up to and including <paramref name="now"/>.</summary>
    /// <param name="handledThrough">The last instant already decided on: the last recorded run's, or when the job first became known.</param>
    /// <param name="now">The present; when it lies before <paramref name="handledThrough"/> (a clock set back) nothing is due.</param>
    /// <param name="next">The first occurrence strictly after an instant, or null.</param>
    /// <param name="policy">What happens to missed ones.</param>
    /// <param name="limits">The bounds.</param>
    /// <exception cref="InvariantBrokenException">The schedule gives an occurrence that is not later than the one before.</exception>
    public static DueRuns Make(
        DateTimeOffset handledThrough, DateTimeOffset now, Func<DateTimeOffset, DateTimeOffset?> next, MisfirePolicy policy, MisfireLimits limits)
    {
        var keep = policy switch { MisfirePolicy.RunAll => Math.Max(1, limits.MaxCatchUp), _ => 1 };
        var start = new Queue<DateTimeOffset>();
        long skipped = 0;
        DateTimeOffset? first = null, last = null;
        var cursor = now - limits.MaxLookback is var oldest && handledThrough < oldest ? oldest : handledThrough;
        var through = handledThrough;
        DateTimeOffset? upcoming;
        while ((upcoming = next(cursor)) is { } due && due <= now)
        {
            if (due <= cursor)
                throw new InvariantBrokenException("occurrences strictly increase", string.Create(CultureInfo.InvariantCulture, $"{due:O} after {cursor:O}"));
            cursor = through = due;
            start.Enqueue(due);
            if (start.Count > keep)
                Skip(start.Dequeue());
        }
        while (policy == MisfirePolicy.Skip && start.TryPeek(out var missed) && now - missed > limits.OnTimeWithin)
            Skip(start.Dequeue());
        return new DueRuns([.. start], skipped, first, last, through, upcoming);

        void Skip(DateTimeOffset instant)
        {
            skipped++;
            first ??= instant;
            last = instant;
        }
    }
}
