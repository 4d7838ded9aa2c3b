namespace BatchEngine.Storage.Blobs;

/// <summary>A committed blob as a listing shows it. Immutable.</summary>
/// <param name="Name">The name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="CommittedAt">When it was last written, by the store's clock.</param>
public sealed record BlobEntry(string Name, long Bytes, DateTimeOffset CommittedAt);
