using System.Diagnostics.CodeAnalysis;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>All segments of one snapshot, in memory and verified. Thread-safe; the memory is freed when the owner has disposed it and the last look-up has
/// left.</summary>
/// <remarks>A look-up after that throws ObjectDisposedException; a caller that shares a reader takes it with <see cref="TryAcquire"/> first.</remarks>
public sealed class SnapshotReader : IDisposable
{
    private readonly SegmentReader[] _segments;
    private readonly SegmentMemory? _memory;
    private readonly IReadOnlyList<LocalCopy> _files;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holders = 1;
    private int _disposed;

    /// <summary>Takes over what was opened and verified.</summary>
    internal SnapshotReader(SnapshotInfo info, SegmentReader[] segments, SegmentMemory? memory, IReadOnlyList<LocalCopy> files) =>
        (Info, _segments, _memory, _files) = (info, segments, memory, files);

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
        int? maxParallel = null, CancellationToken ct = default) => SnapshotOpening.Open(info, pathOf, holding, maxParallel ?? Environment.ProcessorCount, ct);

    /// <summary>Opens and verifies every segment of a store, several at once. What is copied comes from a store elsewhere straight into memory; what is mapped
    /// is mapped from local copies, which are held for as long.</summary>
    /// <param name="info">What the snapshot is, as recorded.</param>
    /// <param name="copies">Where the segments are.</param>
    /// <param name="holding">Whether the segments are copied to memory of this process, or mapped.</param>
    /// <param name="before">One that is in memory of this process: what a night kept of it is not fetched from a store elsewhere again. Null means
    /// none.</param>
    /// <param name="ct">Stops between segments, and reading from a store elsewhere.</param>
    /// <exception cref="CorruptDataException">A segment changed, is another one, or is missing from the snapshot.</exception>
    /// <exception cref="StorageFailedException">The store cannot be read, or this machine has not the memory or the disk for it.</exception>
    public static Task<SnapshotReader> OpenAsync(SnapshotInfo info, LocalCopies copies, SnapshotHolding holding, SnapshotReader? before,
        CancellationToken ct) => SnapshotOpening.OpenAsync(info, copies, holding, before, ct);

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
        foreach (var file in _files)
            file.Dispose();
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
}
