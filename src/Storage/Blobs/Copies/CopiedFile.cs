namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>A blob that is copied to this machine.</summary>
/// <param name="BlobName">The blob.</param>
/// <param name="Path">Its file's name in the folder of the copy; relative, inside of it.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Mark">What was recorded of its content.</param>
public sealed record CopiedFile(string BlobName, string Path, long Bytes, ContentMark Mark);
