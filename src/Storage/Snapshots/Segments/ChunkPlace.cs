using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Where a chunk of a run file goes.</summary>
/// <param name="Rows">The partition's rows.</param>
/// <param name="Source">The run file, counted from 0.</param>
/// <param name="Chunk">The chunk.</param>
/// <param name="RecordsAt">Where its records start among those of the partition, in bytes.</param>
/// <param name="KeysAt">Where its text keys start among those of the partition, in bytes.</param>
internal readonly record struct ChunkPlace(PartitionRows Rows, int Source, RunFileChunk Chunk, long RecordsAt, long KeysAt);
