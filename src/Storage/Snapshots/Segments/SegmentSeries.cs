using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>
/// Builds the segments of some partitions, one after the other. The directories of the run files are read once, when it is opened, and each byte of a partition
/// once; of run files elsewhere
/// the ranges of neighbouring partitions in one request. Memory is bounded by one partition's rows, or, for those elsewhere, by
/// <see cref="SnapshotLimits.LoadedTogetherBytes"/> when a partition is smaller. Not thread-safe; different partitions may be built by different series at the
/// same time.
/// </summary>
public sealed class SegmentSeries
{
    private readonly SegmentRequest _request;
    private readonly SealBuffers _buffers;
    private readonly PartitionLoader _loader;
    private readonly Queue<PartitionRows> _loaded = new();
    private int _next;

    private SegmentSeries(SegmentRequest request, SealBuffers buffers, PartitionLoader loader) => (_request, _buffers, _loader) = (request, buffers, loader);

    /// <summary>Reads and verifies the directories.</summary>
    /// <param name="request">What to build.</param>
    /// <param name="buffers">Memory, the caller's; one series at a time.</param>
    /// <param name="ct">Stops between reads.</param>
    /// <exception cref="CorruptDataException">A run file changed since it was written.</exception>
    /// <exception cref="StorageFailedException">A run file cannot be read.</exception>
    /// <exception cref="InvariantBrokenException">A run file has another shape than the run.</exception>
    public static async Task<SegmentSeries> OpenAsync(SegmentRequest request, SealBuffers buffers, CancellationToken ct)
    {
        KeyHash.RequirePartitionCount(request.PartitionCount);
        foreach (var partition in request.Partitions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(partition);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, request.PartitionCount);
        }
        return new SegmentSeries(request, buffers, await PartitionLoader.OpenAsync(request, ct).ConfigureAwait(false));
    }

    /// <summary>Builds the next partition's segment; the same rows give the same bytes, whatever the order and number of run files.</summary>
    /// <param name="output">Where to write, forwards only; nothing is written when a duplicate fails the build. Not disposed.</param>
    /// <param name="ct">Stops between reads; the output is then incomplete and must be thrown away.</param>
    /// <exception cref="CorruptDataException">A run file changed since it was written.</exception>
    /// <exception cref="StorageFailedException">A run file cannot be read.</exception>
    /// <exception cref="BadInputException">The partition has too many rows for one segment.</exception>
    /// <exception cref="InvariantBrokenException">The same row is in two run files.</exception>
    public async Task<SegmentOutcome> BuildNextAsync(Stream output, CancellationToken ct)
    {
        if (_loaded.Count == 0)
        {
            foreach (var rows in await _loader.LoadAsync(_request.Partitions, _next, _buffers, ct).ConfigureAwait(false))
                _loaded.Enqueue(rows);
        }
        _next++;
        return SegmentBuilder.Build(_request, _loaded.Dequeue(), output, _buffers, ct);
    }
}
