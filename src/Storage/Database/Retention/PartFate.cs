namespace BatchEngine.Storage.Database.Retention;

/// <summary>What becomes, or became, of a part of a run.</summary>
/// <param name="Kept">Why it is kept; null means that it goes.</param>
/// <param name="Blobs">How many blobs go with it that no other row names.</param>
/// <param name="Bytes">Their length.</param>
public sealed record PartFate(string? Kept, int Blobs, long Bytes);
