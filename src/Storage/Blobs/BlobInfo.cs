namespace BatchEngine.Storage.Blobs;

/// <summary>A committed blob as its writer left it. Immutable.</summary>
/// <param name="Name">The name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Checksum">XxHash3 (64 bits) of its content.</param>
public sealed record BlobInfo(string Name, long Bytes, ulong Checksum);
