using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Finds rows with equal keys among ordered rows, and leaves one entry a key: that of the highest row number. Pure but for the order it
/// edits.</summary>
internal static class DuplicateKeys
{
    /// <summary>Takes the superseded entries out of the order; entries of one hash end up in key order.</summary>
    /// <returns>The two lowest rows of the first duplicate key found, and how many rows were superseded.</returns>
    public static unsafe ((int RowA, int RowB)? First, long Superseded) Resolve(PartitionRows rows, RowOrder order)
    {
        (int, int)? first = null;
        var entries = order.Entries;
        int kept = 0, count = order.Count;
        for (var from = 0; from < count;)
        {
            var to = from + 1;
            while (to < count && RowOrder.HashOf(entries[to]) == RowOrder.HashOf(entries[from]))
                to++;
            if (to - from == 1)
            {
                entries[kept++] = entries[from];
            }
            else
            {
                var group = new Span<ulong>(entries + from, to - from);
                group.Sort((a, b) => Compare(rows, RowOrder.RowOf(a), RowOrder.RowOf(b)));
                first ??= FirstPair(rows, group);
                for (var i = 0; i < group.Length; i++)
                {
                    if (i + 1 == group.Length || !IsSuperseded(rows, RowOrder.RowOf(group[i]), RowOrder.RowOf(group[i + 1])))
                        entries[kept++] = group[i];
                }
            }
            from = to;
        }
        order.Count = kept;
        return (first, count - kept);
    }

    private static (int, int)? FirstPair(PartitionRows rows, ReadOnlySpan<ulong> group)
    {
        for (var i = 0; i + 1 < group.Length; i++)
        {
            if (SameKey(rows, RowOrder.RowOf(group[i]), RowOrder.RowOf(group[i + 1])))
                return (RowOrder.RowOf(group[i]), RowOrder.RowOf(group[i + 1]));
        }
        return null;
    }

    /// <summary>Whether the next row in order has the same key. The very same row twice means that a run file was counted twice.</summary>
    private static bool IsSuperseded(PartitionRows rows, int row, int next)
    {
        if (!SameKey(rows, row, next))
            return false;
        return rows.RowNumberOf(row) != rows.RowNumberOf(next)
            ? true
            : throw new InvariantBrokenException("a row is in one run file only", $"row {rows.RowNumberOf(row)} with key {rows.KeyOf(row)} is there twice");
    }

    private static bool SameKey(PartitionRows rows, int a, int b) => CompareKeys(rows, a, b) == 0;

    private static int Compare(PartitionRows rows, int a, int b)
    {
        var keys = CompareKeys(rows, a, b);
        return keys != 0 ? keys : rows.RowNumberOf(a).CompareTo(rows.RowNumberOf(b));
    }

    private static int CompareKeys(PartitionRows rows, int a, int b)
    {
        var hashes = rows.HashOf(a).CompareTo(rows.HashOf(b));
        return hashes != 0 || rows.Layout.KeyKind == KeyKind.Int64 ? hashes : rows.TextKeyOf(a).SequenceCompareTo(rows.TextKeyOf(b));
    }
}
