using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Retention;

/// <summary>What of one kind goes, or went.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Count">How many: runs of which the part goes, or rows.</param>
/// <param name="Blobs">How many blobs.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="Oldest">The earliest end of those; null means that none goes.</param>
/// <param name="Newest">The latest end of those; null means that none goes.</param>
/// <param name="Kept">How many are old enough and kept all the same, by reason.</param>
public sealed record RetentionLine(RetentionKind Kind, long Count, long Blobs, long Bytes, DateTimeOffset? Oldest, DateTimeOffset? Newest,
    IReadOnlyDictionary<string, int> Kept);
