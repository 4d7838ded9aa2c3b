namespace BatchEngine.Domain;

/// <summary>A half-open interval on an offering. Written once.</summary>
/// <param name="Id">Unique and derived from its facts (run, worker, start), so that writing it twice is one record.</param>
/// <param name="Run">The run it served; null means none (an endpoint).</param>
/// <param name="ServingName">The serving name it answered for; empty for a batch worker.</param>
/// <param name="Subject">The worker or endpoint.</param>
/// <param name="Kind">What it was used for.</param>
/// <param name="Offering">What was rented.</param>
/// <param name="From">Start, inclusive.</param>
/// <param name="ToExclusive">End, exclusive.</param>
/// <param name="BusyShare">Share of the billed time spent working, 0 to 1; the rest is idle cost.</param>
/// <param name="ReworkShare">Share of the billed time spent on work that was thrown away and done again, 0 to 1.</param>
/// <param name="Predictions">Predictions made in it.</param>
public sealed record UsageRecord(
    string Id,
    RunId? Run,
    string ServingName,
    string Subject,
    UsageKind Kind,
    Offering Offering,
    DateTimeOffset From,
    DateTimeOffset ToExclusive,
    double BusyShare,
    double ReworkShare,
    long Predictions)
{
    /// <summary>The time that is billed where it is not the length of the interval: one name's part of an endpoint's, or the work of several cores. Null
    /// means the whole interval of one core.</summary>
    public TimeSpan? Billed { get; init; }

    /// <summary>The price folder of the process that metered it: only what that folder says prices it. Empty when nobody said.</summary>
    public string PricedBy { get; init; } = "";

    /// <summary>The time that is billed.</summary>
    public TimeSpan Duration => Billed ?? ToExclusive - From;
}
