namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>One chunk of a run file: rows of one partition, then the bytes of their text keys.</summary>
internal readonly record struct RunFileChunk(int Partition, int Rows, long Offset, long Bytes, long KeyBytes, ulong Checksum);
