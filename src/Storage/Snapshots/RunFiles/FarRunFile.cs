using BatchEngine.Storage.Blobs;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>A run file in a blob store that is not on this machine.</summary>
/// <param name="Blobs">The store.</param>
/// <param name="Name">The blob.</param>
/// <param name="Bytes">Its length, as its receipt says.</param>
internal sealed record FarRunFile(IBlobStore Blobs, string Name, long Bytes);
