using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>What is wrong with a run that is scored.</summary>
/// <param name="Run">The run.</param>
/// <param name="UnworkedSince">Since when nobody works on it; null means that somebody does.</param>
/// <param name="LateEnd">When it is going to end, while that is after its deadline; null means that nothing is known against it.</param>
public sealed record RunTrouble(RunId Run, DateTimeOffset? UnworkedSince, DateTimeOffset? LateEnd);
