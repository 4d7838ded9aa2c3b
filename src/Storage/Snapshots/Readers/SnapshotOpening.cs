using System.Runtime.ExceptionServices;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>Opens the segments of a snapshot, wherever they are, and compares each with what was recorded of it.</summary>
internal static class SnapshotOpening
{
    private const int LineBytes = 64;

    // Enough to keep a connection of ten gigabits busy with pieces of a megabyte.
    private const int MaxFetches = 8;

    /// <summary>From files.</summary>
    public static SnapshotReader Open(SnapshotInfo info, Func<SegmentInfo, string> pathOf, SnapshotHolding holding, int maxParallel, CancellationToken ct)
    {
        RequireWhole(info);
        var places = PlacesOf(info);
        var memory = holding == SnapshotHolding.Copied ? MemoryFor(info, places[^1]) : null;
        return Open(info, memory, i => OpenFile(info.Segments[i], pathOf, memory, places[i]), maxParallel, [], ct);
    }

    /// <summary>From a store.</summary>
    public static async Task<SnapshotReader> OpenAsync(SnapshotInfo info, LocalCopies copies, SnapshotHolding holding, SnapshotReader? before,
        CancellationToken ct)
    {
        RequireWhole(info);
        if (holding == SnapshotHolding.Copied && !copies.AreOwnFiles)
            return await FetchAsync(info, copies, before, ct).ConfigureAwait(false);
        var files = new LocalCopy[info.Segments.Count];
        try
        {
            await EachAsync(info, async (i, token) => files[i] = await copies.HoldAsync(info.Segments[i].Artifact, token).ConfigureAwait(false), ct)
                .ConfigureAwait(false);
            var places = PlacesOf(info);
            var memory = holding == SnapshotHolding.Copied ? MemoryFor(info, places[^1]) : null;
            return Open(info, memory, i => OpenFile(info.Segments[i], _ => files[i].Path, memory, places[i]), Environment.ProcessorCount, files, ct);
        }
        catch
        {
            foreach (var file in files)
                file?.Dispose();
            throw;
        }
    }

    private static async Task<SnapshotReader> FetchAsync(SnapshotInfo info, LocalCopies copies, SnapshotReader? before, CancellationToken ct)
    {
        var places = PlacesOf(info);
        var memory = MemoryFor(info, places[^1]);
        var isHeld = before is not null && before.TryAcquire();
        try
        {
            await EachAsync(info, (i, token) => isHeld && TryTakeOver(before!, info.Segments[i], memory, places[i]) ? Task.CompletedTask
                : SegmentFetch.RunAsync(copies.Blobs, info.Segments[i].Artifact, memory, places[i], token), ct).ConfigureAwait(false);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
        finally
        {
            if (isHeld)
                before!.Release();
        }
        return Open(info, memory, i => OpenLoaded(info.Segments[i], copies, memory, places[i]), Environment.ProcessorCount, [], ct);
    }

    // The same content as recorded; the copy is verified like any other.
    private static unsafe bool TryTakeOver(SnapshotReader before, SegmentInfo wanted, SegmentMemory memory, long place)
    {
        if (wanted.Partition >= before.Info.Segments.Count || before.Info.Segments[wanted.Partition].Artifact is not { } there
            || (there.Bytes, there.Checksum) != (wanted.Artifact.Bytes, wanted.Artifact.Checksum))
            return false;
        var (start, count) = before.Segments[wanted.Partition].Bytes;
        Buffer.MemoryCopy((void*)start, memory.Start + place, wanted.Artifact.Bytes, count);
        return true;
    }

    private static Task EachAsync(SnapshotInfo info, Func<int, CancellationToken, Task> work, CancellationToken ct) =>
        Parallel.ForAsync(0, info.Segments.Count, new ParallelOptions { MaxDegreeOfParallelism = MaxFetches, CancellationToken = ct },
            async (i, token) => await work(i, token).ConfigureAwait(false));

    // Takes over the memory, also when it fails.
    private static SnapshotReader Open(SnapshotInfo info, SegmentMemory? memory, Func<int, SegmentReader> open, int maxParallel,
        IReadOnlyList<LocalCopy> files, CancellationToken ct)
    {
        var segments = new SegmentReader[info.PartitionCount];
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = maxParallel, CancellationToken = ct };
            Parallel.For(0, segments.Length, options, i => segments[i] = Checked(info, i, open(i)));
            if (Array.Find(segments, s => s.KeptSums != segments[0].KeptSums) is { } other)
                throw new CorruptDataException($"Snapshot {info.Id} of {info.ServingName}", $"{other.KeptSums} kept sums in partition {other.Partition}",
                    $"{segments[0].KeptSums}, as in partition 0");
            memory?.MakeReadOnly();
            return new SnapshotReader(info, segments, memory, files);
        }
        catch (Exception e)
        {
            foreach (var segment in segments)
                segment?.Dispose();
            memory?.Dispose();
            if (e is AggregateException { InnerExceptions: [var only, ..] })
                ExceptionDispatchInfo.Throw(only);
            throw;
        }
    }

    private static void RequireWhole(SnapshotInfo info)
    {
        KeyHash.RequirePartitionCount(info.PartitionCount);
        if (info.Segments.Count != info.PartitionCount)
            throw new CorruptDataException($"Snapshot {info.Id} of {info.ServingName}", $"{info.Segments.Count} segments", $"{info.PartitionCount}");
    }

    /// <summary>Where each segment begins in memory, at a cache line, and the sum behind the last.</summary>
    private static long[] PlacesOf(SnapshotInfo info)
    {
        var places = new long[info.Segments.Count + 1];
        for (var i = 0; i < info.Segments.Count; i++)
            places[i + 1] = places[i] + ((info.Segments[i].Artifact.Bytes + LineBytes - 1) & -LineBytes);
        return places;
    }

    // The system promises more memory than there is, and ends the process that then uses it: asked first, the old snapshot goes on serving.
    private static SegmentMemory MemoryFor(SnapshotInfo info, long bytes) =>
        FreeMemory.Bytes() is { } free && bytes > free
            ? throw new StorageFailedException($"Snapshot {info.Id} of {info.ServingName}",
                $"Its segments take {Figures.Bytes(bytes)} of memory and {Figures.Bytes(free)} are free. Give the machine or container more memory.",
                isTransient: true)
            : new SegmentMemory(bytes);

    private static unsafe SegmentReader OpenFile(SegmentInfo recorded, Func<SegmentInfo, string> pathOf, SegmentMemory? memory, long place) => memory is null
        ? SegmentReader.Open(pathOf(recorded), recorded.Artifact.Bytes, recorded.Artifact.Checksum)
        : SegmentReader.Copy(pathOf(recorded), memory.Start + place, recorded.Artifact.Bytes, recorded.Artifact.Checksum);

    private static unsafe SegmentReader OpenLoaded(SegmentInfo recorded, LocalCopies copies, SegmentMemory memory, long place) =>
        SegmentReader.Loaded(copies.Blobs.PlaceOf(recorded.Artifact.BlobName), memory.Start + place, recorded.Artifact.Bytes, recorded.Artifact.Checksum);

    private static SegmentReader Checked(SnapshotInfo info, int index, SegmentReader segment)
    {
        var recorded = info.Segments[index];
        if (recorded.Partition == index && segment.Partition == index && segment.PartitionCount == info.PartitionCount
            && segment.KeyKind == info.KeyKind && segment.OutputCount == info.Outputs.Count && segment.Keys == recorded.Keys)
            return segment;
        var seen = $"partition {segment.Partition} of {segment.PartitionCount}, {segment.Keys} {segment.KeyKind} keys, {segment.OutputCount} outputs";
        segment.Dispose();
        throw new CorruptDataException($"Segment {recorded.Artifact.BlobName}", seen,
            $"partition {index} of {info.PartitionCount}, {recorded.Keys} {info.KeyKind} keys, {info.Outputs.Count} outputs");
    }
}
