using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Chunks of one run file that lie one behind the other, read in one request.</summary>
/// <param name="Source">The run file, counted from 0.</param>
/// <param name="Offset">Where the first starts.</param>
/// <param name="Bytes">Of all of them.</param>
/// <param name="Places">Where they go.</param>
internal sealed record FarRange(int Source, long Offset, int Bytes, IReadOnlyList<ChunkPlace> Places)
{
    /// <summary>The fewest ranges that hold the chunks and nothing else, none longer than <see cref="SnapshotLimits.FarReadBytes"/> unless a chunk
    /// is.</summary>
    public static IEnumerable<FarRange> Of(IEnumerable<ChunkPlace> places)
    {
        var together = new List<ChunkPlace>();
        long bytes = 0;
        foreach (var place in places.OrderBy(p => p.Source).ThenBy(p => p.Chunk.Offset))
        {
            if (together.Count > 0 && (together[^1].Source != place.Source || together[0].Chunk.Offset + bytes != place.Chunk.Offset
                || bytes + place.Chunk.Bytes > SnapshotLimits.FarReadBytes))
            {
                yield return Range(together, bytes);
                (together, bytes) = ([], 0);
            }
            together.Add(place);
            bytes += place.Chunk.Bytes;
        }
        if (together.Count > 0)
            yield return Range(together, bytes);
    }

    private static FarRange Range(List<ChunkPlace> places, long bytes) => new(places[0].Source, places[0].Chunk.Offset, (int)bytes, places);
}
