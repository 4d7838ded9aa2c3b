using System.Diagnostics.CodeAnalysis;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>All segments of one snapshot, in memory and verified. Thread-safe; the memory is freed when the owner has disposed it and the last look-up has
/// left.</summary>
/// <remarks>A look-up after that throws ObjectDisposedException; a caller that shares a reader takes it with <see cref="TryAcquire"/> first.</remarks>
public sealed class SnapshotReader : IDisposable
{
    private const int LineBytes = 64;

    private readonly SegmentReader[] _segments;
    private readonly SegmentMemory? _memory;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holders = 1;
    private int _disposed;

    private SnapshotReader(SnapshotInfo info, SegmentReader[] segments, SegmentMemory? memory) => (Info, _segments, _memory) = (info, segments, memory);

    /// <summary>What the snapshot is.</summary>
    public SnapshotInfo Info { get; }

    /// <summary>Ends when the memory is freed, or the files are unmapped.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Opens and verifies every segment, several at once.</summary>
    /// <param name="info">What the snapshot is, as recorded.</param>
    /// <param name="pathOf">The local file of a segment.</param>
    /// <param name="holding">Whether the segments are copied to memory of this process, or mapped; default copied.</param>
    /// <param name="maxParallel">Segments verified at once; default one per core.</param>
    /// <param name="ct">Stops between segments.</param>
    /// <exception cref="CorruptDataException">A segment changed, is another one, or is missing from the snapshot.</exception>
    /// <exception cref="StorageFailedException">A file cannot be read, or the machine has not the memory for a copy.</exception>
    public static SnapshotReader Open(SnapshotInfo info, Func<SegmentInfo, string> pathOf, SnapshotHolding holding = SnapshotHolding.Copied,
        int? maxParallel = null, CancellationToken ct = default)
    {
        KeyHash.RequirePartitionCount(info.PartitionCount);
        if (info.Segments.Count != info.PartitionCount)
            throw new CorruptDataException($"Snapshot {info.Id} of {info.ServingName}", $"{info.Segments.Count} segments", $"{info.PartitionCount}");
        var segments = new SegmentReader[info.PartitionCount];
        SegmentMemory? memory = null;
        try
        {
            var places = PlacesOf(info);
            if (holding == SnapshotHolding.Copied)
                memory = MemoryFor(info, places[^1]);
            var options = new ParallelOptions { MaxDegreeOfParallelism = maxParallel ?? Environment.ProcessorCount, CancellationToken = ct };
            Parallel.For(0, segments.Length, options, i => segments[i] = OpenSegment(info, i, pathOf, memory, places[i]));
            if (Array.Find(segments, s => s.KeptSums != segments[0].KeptSums) is { } other)
                throw new CorruptDataException($"Snapshot {info.Id} of {info.ServingName}", $"{other.KeptSums} kept sums in partition {other.Partition}",
                    $"{segments[0].KeptSums}, as in partition 0");
            memory?.MakeReadOnly();
            return new SnapshotReader(info, segments, memory);
        }
        catch (Exception e)
        {
            foreach (var segment in segments)
                segment?.Dispose();
            memory?.Dispose();
            if (e is AggregateException { InnerExceptions: [var only, ..] })
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(only);
            throw;
        }
    }

    /// <summary>Keeps the segments until <see cref="Release"/>; false means that they are already gone.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _holders, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }
        return false;
    }

    /// <summary>Gives back what <see cref="TryAcquire"/> took; the last one out frees the memory or unmaps the files.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _holders);
        if (left < 0)
            throw new InvalidOperationException($"Snapshot {Info.Id} was released more often than acquired.");
        if (left > 0)
            return;
        foreach (var segment in _segments)
            segment.Dispose();
        _memory?.Dispose();
        _drained.TrySetResult();
    }

    /// <summary>Looks one key up. A key of the other kind is not found.</summary>
    /// <exception cref="ObjectDisposedException">The segments are already gone.</exception>
    public bool TryGet(PredictionKey key, [NotNullWhen(true)] out Prediction? prediction)
    {
        Acquire();
        try
        {
            return TryGetHeld(key, out prediction);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Every key with its prediction, by partition and hash. Keeps the segments while it runs.</summary>
    /// <exception cref="ObjectDisposedException">The segments are already gone.</exception>
    public IEnumerable<(PredictionKey Key, Prediction Prediction)> Entries()
    {
        Acquire();
        try
        {
            foreach (var segment in _segments)
            {
                for (var slot = segment.NextUsed(0); slot >= 0; slot = segment.NextUsed(slot + 1))
                    yield return segment.EntryAt(slot);
            }
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Gives the owner's hold back: the segments go at once, or when the last look-up leaves. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Release();
    }

    /// <summary>The segments in partition order; the caller holds the reader.</summary>
    internal SegmentReader[] Segments => _segments;

    /// <summary>Where the parts of every entry lie.</summary>
    internal SlotLayout Layout => _segments[0].Layout;

    /// <summary>Sums kept behind the outputs of every prediction, which no look-up gives.</summary>
    public int KeptSums => _segments[0].KeptSums;

    /// <summary>Where a key's entry lies, without copying it; the caller holds the reader.</summary>
    internal bool TryGetHeld(long key, out StoredPrediction stored)
    {
        var hash = KeyHash.Of(key);
        return _segments[KeyHash.PartitionOf(hash, _segments.Length)].TryGet(key, hash, out stored);
    }

    private bool TryGetHeld(PredictionKey key, [NotNullWhen(true)] out Prediction? prediction)
    {
        StoredPrediction stored = default;
        var found = key.Kind == Info.KeyKind && (key.Kind == KeyKind.Int64 ? TryGetHeld(key.Number, out stored) : TryGetHeld(key.Text, out stored));
        prediction = found ? stored.ToPrediction() : null;
        return found;
    }

    private bool TryGetHeld(string key, out StoredPrediction stored)
    {
        Span<byte> buffer = stackalloc byte[PredictionKey.MaxUtf8Bytes];
        var utf8 = buffer[..Encoding.UTF8.GetBytes(key, buffer)];
        var hash = KeyHash.Of(utf8);
        return _segments[KeyHash.PartitionOf(hash, _segments.Length)].TryGet(utf8, hash, out stored);
    }

    private void Acquire() => ObjectDisposedException.ThrowIf(!TryAcquire(), this);

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

    private static unsafe SegmentReader OpenSegment(SnapshotInfo info, int index, Func<SegmentInfo, string> pathOf, SegmentMemory? memory, long place)
    {
        var recorded = info.Segments[index];
        var path = pathOf(recorded);
        var segment = memory is null ? SegmentReader.Open(path, recorded.Artifact.Bytes, recorded.Artifact.Checksum)
            : SegmentReader.Copy(path, memory.Start + place, recorded.Artifact.Bytes, recorded.Artifact.Checksum);
        if (recorded.Partition == index && segment.Partition == index && segment.PartitionCount == info.PartitionCount
            && segment.KeyKind == info.KeyKind && segment.OutputCount == info.Outputs.Count && segment.Keys == recorded.Keys)
            return segment;
        var seen = $"partition {segment.Partition} of {segment.PartitionCount}, {segment.Keys} {segment.KeyKind} keys, {segment.OutputCount} outputs";
        segment.Dispose();
        throw new CorruptDataException($"Segment {path}", seen,
            $"partition {index} of {info.PartitionCount}, {recorded.Keys} {info.KeyKind} keys, {info.Outputs.Count} outputs");
    }
}
