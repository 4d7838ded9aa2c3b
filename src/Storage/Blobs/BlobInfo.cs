namespace BatchEngine.Storage.Blobs;

/// <summary>A committed blob as its writer left it.</summary>
/// <param name="Name">The name it is opened by.</param>
/// <param name="Bytes">The length of its bytes.</param>
/// <param name="Checksum">XxHash3 (64 bits) of its content.</param>
public sealed record BlobInfo(string Name, long Bytes, ulong Checksum);
