using BatchEngine.Domain;

namespace BatchEngine.Router.Routing;

/// <summary>Look-ups answered since the last drain.</summary>
/// <param name="ServingName">The name asked.</param>
/// <param name="Source">Where the answers came from.</param>
/// <param name="Reason">Why it was answered that way.</param>
/// <param name="Count">Answers since the last drain.</param>
public sealed record AnswerTally(string ServingName, AnswerSource Source, RouteReason Reason, long Count);
