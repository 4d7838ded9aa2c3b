using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>How many look-ups of a name were answered one way in one hour.</summary>
/// <param name="ServingName">The name that was looked up.</param>
/// <param name="Hour">The start of the hour, UTC.</param>
/// <param name="Source">Where the answers came from.</param>
/// <param name="Reason">Why they were answered that way.</param>
/// <param name="Count">How many look-ups.</param>
/// <param name="IsDiagnostic">Whether a person asked to see what would be answered, and no application.</param>
public sealed record AnswerCount(string ServingName, DateTimeOffset Hour, AnswerSource Source, RouteReason Reason, long Count,
    bool IsDiagnostic = false);
