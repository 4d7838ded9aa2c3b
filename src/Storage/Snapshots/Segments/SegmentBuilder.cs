using System.Runtime.Intrinsics.X86;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Builds one partition's segment from its rows. Pure but for the stream; different partitions may be built in parallel.</summary>
internal static unsafe class SegmentBuilder
{
    private const int PrefetchDistance = 24;

    /// <summary>Builds one partition's segment; the same rows give the same bytes, whatever their order.</summary>
    /// <param name="request">What the run's segments are like.</param>
    /// <param name="rows">The partition's rows.</param>
    /// <param name="output">Where to write, forwards only; nothing is written when a duplicate fails the build.</param>
    /// <param name="buffers">Memory for several builds one after the other.</param>
    /// <param name="ct">Stops before the first byte.</param>
    /// <exception cref="InvariantBrokenException">The same row is there twice.</exception>
    public static SegmentOutcome Build(SegmentRequest request, PartitionRows rows, Stream output, SealBuffers buffers, CancellationToken ct)
    {
        var order = RowOrder.Of(rows, buffers.Order);
        var (first, superseded) = DuplicateKeys.Resolve(rows, order);
        if (first is { } pair && request.DuplicateKeys == DuplicateKeyPolicy.Fail)
            return new SegmentOutcome.DuplicateKeyFound(rows.KeyOf(pair.RowA), rows.RowNumberOf(pair.RowA), rows.RowNumberOf(pair.RowB));
        ct.ThrowIfCancellationRequested();

        var header = Plan(request, rows, order, buffers.Tags);
        Span<byte> headerBytes = stackalloc byte[SegmentHeader.Bytes];
        header.Write(headerBytes);
        output.Write(headerBytes);
        var body = new BlockWriter(output, buffers.Block);
        WriteTags(header, buffers.Tags, body);
        WriteSlots(header, rows, order, body);
        if (request.KeyKind == KeyKind.Utf8)
            WriteHeap(rows, order, body);
        body.AppendZeros(header.BodyBytes - body.Written);
        body.Complete();
        return new SegmentOutcome.Built(order.Count, superseded, header.FileBytes);
    }

    /// <summary>The home slot of a hash: its low 32 bits scaled to the number of home slots, so that slots keep the order of hashes.</summary>
    internal static long HomeOf(uint hash, long homeSlots) => (long)((ulong)hash * (ulong)homeSlots >> 32);

    /// <summary>How many home slots a number of keys gets: a load of 0.8, and always an empty one.</summary>
    internal static long HomeSlotsFor(long keys) => keys + (keys / 4) + 1;

    /// <summary>Finds every entry's slot, which sizes the file exactly, and notes its tag there.</summary>
    private static SegmentHeader Plan(SegmentRequest request, PartitionRows rows, RowOrder order, NativeBuffer tags)
    {
        var homeSlots = HomeSlotsFor(order.Count);
        tags.Used = 0;
        tags.Reserve(homeSlots + order.Count + 1);
        long last = -1, heapBytes = 0;
        for (var i = 0; i < order.Count; i++)
        {
            Prefetch(rows, order, i);
            var row = RowOrder.RowOf(order.Entries[i]);
            var slot = Math.Max(HomeOf(RowOrder.HashOf(order.Entries[i]), homeSlots), last + 1);
            for (var empty = last + 1; empty < slot; empty++)
                tags.Start[empty] = 0;
            tags.Start[slot] = KeyHash.TagOf(rows.HashOf(row));
            tags.Used = slot + 1;
            last = slot;
            if (request.KeyKind == KeyKind.Utf8)
                heapBytes += rows.TextKeyOf(row).Length;
        }
        // One slot beyond the last used and the last home one is empty: every search ends there at the latest.
        var totalSlots = Math.Max(last + 1, homeSlots) + 1;
        return new SegmentHeader(request.KeyKind, request.OutputCount, rows.Partition, request.PartitionCount, order.Count, homeSlots, totalSlots,
            heapBytes, request.KeptSums);
    }

    private static void WriteTags(SegmentHeader header, NativeBuffer tags, BlockWriter body)
    {
        const int AtOnce = 1 << 20;
        for (long from = 0; from < tags.Used; from += AtOnce)
            body.Append(new ReadOnlySpan<byte>(tags.Start + from, (int)Math.Min(AtOnce, tags.Used - from)));
        body.AppendZeros(header.TagBytes - tags.Used);
    }

    private static void WriteSlots(SegmentHeader header, PartitionRows rows, RowOrder order, BlockWriter body)
    {
        var slotBytes = rows.Layout.SlotBytes;
        var text = header.KeyKind == KeyKind.Utf8;
        long next = 0, heapOffset = 0;
        for (var i = 0; i < order.Count; i++)
        {
            Prefetch(rows, order, i);
            var home = HomeOf(RowOrder.HashOf(order.Entries[i]), header.HomeSlots);
            if (home > next)
            {
                body.AppendZeros((home - next) * slotBytes);
                next = home;
            }
            var slot = rows.SlotOf(RowOrder.RowOf(order.Entries[i]));
            if (text)
            {
                // The loaded copy still finds its key bytes through its own offset, so only the written bytes change.
                var loaded = *(long*)(slot + SlotLayout.HeapOffsetAt);
                *(long*)(slot + SlotLayout.HeapOffsetAt) = heapOffset;
                body.Append(new ReadOnlySpan<byte>(slot, slotBytes));
                *(long*)(slot + SlotLayout.HeapOffsetAt) = loaded;
                heapOffset += *(ushort*)(slot + SlotLayout.KeyLengthAt);
            }
            else
            {
                body.Append(new ReadOnlySpan<byte>(slot, slotBytes));
            }
            next++;
        }
        body.AppendZeros((header.TotalSlots - next) * slotBytes);
    }

    private static void Prefetch(PartitionRows rows, RowOrder order, int index)
    {
        if (!Sse.IsSupported || index + PrefetchDistance >= order.Count)
            return;
        var ahead = rows.SlotOf(RowOrder.RowOf(order.Entries[index + PrefetchDistance]));
        Sse.Prefetch0(ahead);
        Sse.Prefetch0(ahead + rows.Layout.SlotBytes - 1);
    }

    private static void WriteHeap(PartitionRows rows, RowOrder order, BlockWriter body)
    {
        for (var i = 0; i < order.Count; i++)
            body.Append(rows.TextKeyOf(RowOrder.RowOf(order.Entries[i])));
    }
}
