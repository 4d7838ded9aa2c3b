using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Retention;

/// <summary>A part of an ended run that is still there.</summary>
/// <param name="Run">The run.</param>
/// <param name="Part">The part.</param>
/// <param name="EndedAt">When the run ended.</param>
public sealed record EndedPart(RunId Run, RetentionKind Part, DateTimeOffset EndedAt);
