using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Which kept segments of a store elsewhere are read whole this night. Pure.</summary>
internal static class KeptSample
{
    /// <summary>Every kept segment is read at least once in so many nights.</summary>
    public const int Nights = 7;

    /// <summary>Those that were not read for the longest, a seventh of the snapshot's: so none waits longer than seven nights.</summary>
    /// <param name="candidates">The segments that are to be kept.</param>
    /// <param name="partitions">Segments of the snapshot.</param>
    public static IReadOnlyList<SegmentInfo> Choose(IEnumerable<SegmentInfo> candidates, int partitions) =>
        [.. candidates.OrderByDescending(s => s.UnverifiedNights).ThenBy(s => s.Partition).Take((partitions + Nights - 1) / Nights)];
}
