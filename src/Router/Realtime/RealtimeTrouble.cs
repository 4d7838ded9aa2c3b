namespace BatchEngine.Router.Realtime;

/// <summary>That real-time scorings of a name fail, and why: for operators, never for callers.</summary>
/// <param name="ServingName">The name.</param>
/// <param name="Cause">Why, in words that two failures of one cause share.</param>
/// <param name="Count">How often since it began.</param>
/// <param name="Failure">The last one; null means that nothing was thrown, for instance when a deadline passed.</param>
public sealed record RealtimeTrouble(string ServingName, string Cause, long Count, Exception? Failure);
