using System.Buffers;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Reads the rows of partitions from the run files and verifies them. Not thread-safe.</summary>
internal sealed class PartitionLoader
{
    private readonly SegmentRequest _request;
    private readonly SlotLayout _layout;
    private readonly RunFileDirectory[] _directories;

    private PartitionLoader(SegmentRequest request, SlotLayout layout, RunFileDirectory[] directories) =>
        (_request, _layout, _directories) = (request, layout, directories);

    /// <summary>Reads the directories of all run files.</summary>
    public static async Task<PartitionLoader> OpenAsync(SegmentRequest request, CancellationToken ct)
    {
        var layout = new SlotLayout(request.KeyKind, request.OutputCount, request.KeptSums);
        var directories = new RunFileDirectory[request.RunFiles.Count];
        var (from, to) = request.Partitions.Count == 0 ? (0, 0) : (request.Partitions[0], request.Partitions[^1] + 1);
        if (request.RunFiles.Any(f => f.Far is not null))
            await Parallel.ForAsync(0, directories.Length, AtOnce(ct), async (i, token) => await ReadAsync(i, token).ConfigureAwait(false))
                .ConfigureAwait(false);
        else
            for (var i = 0; i < directories.Length; i++)
                await ReadAsync(i, ct).ConfigureAwait(false);
        return new PartitionLoader(request, layout, directories);

        async ValueTask ReadAsync(int file, CancellationToken token)
        {
            token.ThrowIfCancellationRequested();
            using var bytes = new RunFileBytes(request.RunFiles[file]);
            directories[file] = await RunFileDirectory.ReadAsync(bytes, from, to, token).ConfigureAwait(false);
            RequireSameShape(request, layout, bytes.Name, directories[file]);
        }
    }

    /// <summary>Loads the partition at an index of the list, and, when the run files are elsewhere, as many of its neighbours behind it as fit in memory
    /// together.</summary>
    public async Task<IReadOnlyList<PartitionRows>> LoadAsync(IReadOnlyList<int> partitions, int index, SealBuffers buffers, CancellationToken ct)
    {
        var isFar = _request.RunFiles.Any(f => f.Far is not null);
        var loaded = new List<PartitionRows>();
        var places = new List<ChunkPlace>();
        long bytes = 0;
        do
        {
            var more = PlacesOf(partitions[index], loaded.Count, buffers);
            var moreBytes = more.Places.Sum(p => p.Chunk.Bytes);
            if (loaded.Count > 0 && bytes + moreBytes > SnapshotLimits.LoadedTogetherBytes)
                break;
            loaded.Add(more.Rows);
            places.AddRange(more.Places);
            bytes += moreBytes;
            index++;
        }
        while (isFar && index < partitions.Count && partitions[index] == partitions[index - 1] + 1);
        foreach (var rows in loaded)
            rows.Reserve();
        if (isFar)
            await Parallel.ForEachAsync(FarRange.Of(places), AtOnce(ct), ReadAsync).ConfigureAwait(false);
        else
            await ReadInPlaceAsync(places, ct).ConfigureAwait(false);
        return loaded;
    }

    private (PartitionRows Rows, List<ChunkPlace> Places) PlacesOf(int partition, int buffer, SealBuffers buffers)
    {
        var (records, keys) = buffers.RowsOf(buffer);
        var rows = new PartitionRows(partition, _layout, records, keys);
        var places = new List<ChunkPlace>();
        for (var file = 0; file < _directories.Length; file++)
        {
            foreach (var chunk in _directories[file].ChunksOf(partition))
                places.Add(rows.PlaceFor(chunk, file, _request.RunFiles[file].Name));
        }
        return (rows, places);
    }

    // One file is open at a time, and each chunk is read to where its rows stay.
    private async ValueTask ReadInPlaceAsync(List<ChunkPlace> places, CancellationToken ct)
    {
        for (var i = 0; i < places.Count;)
        {
            ct.ThrowIfCancellationRequested();
            var file = places[i].Source;
            using var bytes = new RunFileBytes(_request.RunFiles[file]);
            for (; i < places.Count && places[i].Source == file; i++)
            {
                var target = places[i].Rows.InPlace(places[i]);
                await bytes.ReadAsync(places[i].Chunk.Offset, target, ct).ConfigureAwait(false);
                _directories[file].Verify(places[i].Chunk, target.Span);
                places[i].Rows.Take(places[i], target.Span, _request.RunFiles[file].RowNumberShift);
            }
        }
    }

    private async ValueTask ReadAsync(FarRange range, CancellationToken ct)
    {
        var source = _request.RunFiles[range.Source];
        var scratch = ArrayPool<byte>.Shared.Rent(range.Bytes);
        try
        {
            using var bytes = new RunFileBytes(source);
            await bytes.ReadAsync(range.Offset, scratch.AsMemory(0, range.Bytes), ct).ConfigureAwait(false);
            foreach (var place in range.Places)
            {
                var chunk = scratch.AsSpan((int)(place.Chunk.Offset - range.Offset), (int)place.Chunk.Bytes);
                _directories[range.Source].Verify(place.Chunk, chunk);
                place.Rows.Take(place, chunk, source.RowNumberShift);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static ParallelOptions AtOnce(CancellationToken ct) => new() { MaxDegreeOfParallelism = SnapshotLimits.FarReadsAtOnce, CancellationToken = ct };

    private static void RequireSameShape(SegmentRequest request, SlotLayout layout, string name, RunFileDirectory file)
    {
        if (file.Layout != layout || file.PartitionCount != request.PartitionCount)
            throw new InvariantBrokenException(
                "all run files of a run have its key kind, outputs, kept sums and partitions",
                $"{name}: {file.Layout.KeyKind}, {file.Layout.OutputCount}, {file.Layout.KeptSums}, {file.PartitionCount}; "
                + $"the run: {request.KeyKind}, {request.OutputCount}, {request.KeptSums}, {request.PartitionCount}");
    }
}
