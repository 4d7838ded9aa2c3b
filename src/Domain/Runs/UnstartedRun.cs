namespace BatchEngine.Domain;

/// <summary>A scheduled run that could not start: nothing was planned, so it has no model, rows or cost.</summary>
/// <param name="Run">The run that should have been.</param>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="Tries">How often.</param>
/// <param name="RetryUntil">Until when it is tried again; null means that it was given up.</param>
/// <param name="Reason">Why it could not start the last time.</param>
public sealed record UnstartedRun(RunId Run, DateTimeOffset TriedAt, long Tries, DateTimeOffset? RetryUntil, string Reason);
