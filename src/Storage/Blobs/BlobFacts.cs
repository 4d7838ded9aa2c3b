namespace BatchEngine.Storage.Blobs;

/// <summary>What a store notes of a blob beside its bytes.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Checksum">XxHash3 (64 bits) of the content, as its writer had the store note it; null when the store notes none.</param>
public sealed record BlobFacts(long Bytes, ulong? Checksum);
