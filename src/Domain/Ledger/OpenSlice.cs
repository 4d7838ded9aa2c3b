namespace BatchEngine.Domain;

/// <summary>Time that is metered and not over: what is known of a usage before it ends. Written again at each beat, so that a process that dies has lost at
/// most one beat of it.</summary>
/// <param name="Id">The id of the usage record it becomes.</param>
/// <param name="Run">The run it serves; null means none (an endpoint).</param>
/// <param name="ServingName">The serving name it answers for; empty for a batch worker.</param>
/// <param name="Subject">The worker, coordinator or endpoint.</param>
/// <param name="Kind">What it is used for.</param>
/// <param name="Offering">What is rented.</param>
/// <param name="From">Start, inclusive.</param>
/// <param name="SeenAt">The last sign of life.</param>
/// <param name="Beat">How often a sign of life is promised.</param>
/// <param name="Busy">Of the time until then, what was spent working.</param>
/// <param name="Rework">Of that, what was thrown away.</param>
/// <param name="Predictions">Predictions made until then.</param>
/// <param name="PricedBy">The price folder of the process.</param>
public sealed record OpenSlice(
    string Id,
    RunId? Run,
    string ServingName,
    string Subject,
    UsageKind Kind,
    Offering Offering,
    DateTimeOffset From,
    DateTimeOffset SeenAt,
    TimeSpan Beat,
    TimeSpan Busy,
    TimeSpan Rework,
    long Predictions,
    string PricedBy)
{
    /// <summary>The part of its time that is billed, where several workers share one rented machine. Default: all of it.</summary>
    public double BilledShare { get; init; } = 1;

    /// <summary>Beats that may be missed before a process counts as dead.</summary>
    public const int MissedBeats = 3;

    /// <summary>Whether its process counts as dead.</summary>
    public bool IsDead(DateTimeOffset now) => now - SeenAt > MissedBeats * Beat;

    /// <summary>The usage from one instant of it to another. Its id is the slice's when it begins where the slice does.</summary>
    public UsageRecord Usage(DateTimeOffset from, DateTimeOffset to)
    {
        var length = to - from;
        return new UsageRecord(from == From ? Id : FormattableString.Invariant($"{Id}/{from.UtcTicks}"), Run, ServingName, Subject, Kind, Offering, from, to,
            Share(Busy), Share(Rework), Predictions)
        { PricedBy = PricedBy, Billed = BilledOf(length) };

        double Share(TimeSpan part) => length > TimeSpan.Zero ? Math.Clamp(part / length, 0, 1) : 0;
    }

    /// <summary>What a dead process leaves: its time until the last sign of life, and the beat after it, of which nobody knows, as unallocated.</summary>
    public IReadOnlyList<UsageRecord> Remains(DateTimeOffset now)
    {
        var end = SeenAt + Beat < now ? SeenAt + Beat : now;
        var lost = new UsageRecord($"{Id}/unallocated", null, "", Subject, UsageKind.Unallocated, Offering, SeenAt, end < SeenAt ? SeenAt : end, 0, 0, 0)
        {
            PricedBy = PricedBy,
        };
        lost = lost with { Billed = BilledOf(lost.ToExclusive - lost.From) };
        return SeenAt > From ? [Usage(From, SeenAt), lost] : [lost];
    }

    private TimeSpan? BilledOf(TimeSpan length) => BilledShare < 1 ? length * BilledShare : null;
}
