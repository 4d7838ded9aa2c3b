namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>The rows of a partition ordered by the low 32 bits of their hash: an entry is those bits and the row's index. Not thread-safe.</summary>
/// <remarks>Ordering first makes the segment's bytes independent of the order of rows and lets the slots be written forwards; a radix sort of 8-byte entries
/// costs a few nanoseconds a row.</remarks>
internal sealed unsafe class RowOrder
{
    private const int DigitBits = 11;
    private const int Digits = 3;
    private const int Buckets = 1 << DigitBits;
    private const int MaxRowsForComparisonSort = 2_048;

    private RowOrder(ulong* entries, int count)
    {
        Entries = entries;
        Count = count;
    }

    public ulong* Entries { get; }

    /// <summary>Entries; shrinks when duplicates are taken out.</summary>
    public int Count { get; set; }

    public static uint HashOf(ulong entry) => (uint)(entry >> 32);

    public static int RowOf(ulong entry) => (int)(uint)entry;

    /// <summary>Orders the rows in the buffer, which holds the entries from then on.</summary>
    public static RowOrder Of(PartitionRows rows, NativeBuffer buffer)
    {
        var count = rows.Count;
        buffer.Used = 0;
        buffer.Reserve((long)count * 2 * sizeof(ulong));
        var entries = (ulong*)buffer.Start;
        for (var row = 0; row < count; row++)
            entries[row] = (rows.HashOf(row) << 32) | (uint)row;
        if (count <= MaxRowsForComparisonSort)
            new Span<ulong>(entries, count).Sort();
        else
            entries = RadixSort(entries, entries + count, count);
        return new(entries, count);
    }

    /// <summary>Sorts by the upper 32 bits, least significant digit first; stable, so rows stay ascending within a hash. Returns the half that holds the
    /// result.</summary>
    private static ulong* RadixSort(ulong* from, ulong* to, int count)
    {
        var counts = stackalloc int[Digits * Buckets];
        new Span<int>(counts, Digits * Buckets).Clear();
        for (var i = 0; i < count; i++)
        {
            for (var digit = 0; digit < Digits; digit++)
                counts[(digit * Buckets) + DigitOf(from[i], digit)]++;
        }
        for (var digit = 0; digit < Digits; digit++)
        {
            var next = counts + (digit * Buckets);
            for (int bucket = 0, sum = 0; bucket < Buckets; bucket++)
            {
                var here = next[bucket];
                next[bucket] = sum;
                sum += here;
            }
            for (var i = 0; i < count; i++)
                to[next[DigitOf(from[i], digit)]++] = from[i];
            var sorted = to;
            to = from;
            from = sorted;
        }
        return from;
    }

    private static int DigitOf(ulong entry, int digit) => (int)(entry >> (32 + (digit * DigitBits))) & (Buckets - 1);
}
