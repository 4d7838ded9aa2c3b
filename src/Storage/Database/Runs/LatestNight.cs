using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>What became of a scheduled job's latest night that is over, or that could not start.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">How it ended; null means that it could not start.</param>
/// <param name="RetryUntil">Until when one that could not start is tried again; null means that it is given up, or has ended.</param>
public sealed record LatestNight(RunId Run, RunState? State, DateTimeOffset? RetryUntil);
