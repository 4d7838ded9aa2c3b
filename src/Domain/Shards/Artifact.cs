namespace BatchEngine.Domain;

/// <summary>A durable blob named by a database row. Nothing unnamed is ever read.</summary>
/// <param name="BlobName">The name in the blob store: run, shard and fence are in it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Checksum">XxHash3 (64 bits) of its content.</param>
/// <param name="Rows">Rows in it.</param>
public sealed record Artifact(string BlobName, ArtifactKind Kind, long Bytes, ulong Checksum, long Rows)
{
    /// <summary>For a run file of an earlier run: added to the row numbers in it, so that they count over this run's manifest. Default 0.</summary>
    public long RowNumberShift { get; init; }
}
