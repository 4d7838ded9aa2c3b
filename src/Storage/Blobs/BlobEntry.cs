namespace BatchEngine.Storage.Blobs;

/// <summary>A committed blob as a listing shows it.</summary>
/// <param name="Name">The name it is opened by.</param>
/// <param name="Bytes">The length of its bytes.</param>
/// <param name="CommittedAt">When it was last written, by the store's clock.</param>
public sealed record BlobEntry(string Name, long Bytes, DateTimeOffset CommittedAt);
