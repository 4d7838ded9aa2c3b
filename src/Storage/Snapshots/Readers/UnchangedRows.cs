using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>Finds the rows of a batch that a snapshot knows with the same key and fingerprint, and copies their predictions. Not thread-safe; any number of
/// instances may share a reader.</summary>
/// <remarks>
/// A look-up alone waits for two cache misses. Here the keys of a block are hashed first and their tags prefetched, then their slots, and only then compared,
/// so that the misses of a block overlap.
/// </remarks>
/// <param name="snapshot">Held open by the caller.</param>
public sealed unsafe class UnchangedRows(SnapshotReader snapshot)
{
    private const int BlockRows = 128;

    // A slot that has to be searched for one step after the other: its tag was not among the first 32, or another key has the same one.
    private const nint Search = 1;

    private readonly SegmentReader[] _segments = snapshot.Segments;
    private readonly SlotLayout _layout = snapshot.Layout;
    private readonly ulong[] _hashes = new ulong[BlockRows];
    private readonly long[] _homes = new long[BlockRows];
    private readonly nint[] _slots = new nint[BlockRows];

    /// <summary>Copies the predictions of all rows that are unchanged.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ArgumentException">A span is too short, or the keys are of the other kind.</exception>
    public int Copy(RowsToReuse rows)
    {
        RequireLengths(rows);
        var found = 0;
        for (var from = 0; from < rows.Rows; from += BlockRows)
        {
            var count = Math.Min(BlockRows, rows.Rows - from);
            Hash(rows, from, count);
            FindSlots(count);
            found += _layout.KeyKind == KeyKind.Int64 ? CompareIntegers(rows, from, count) : CompareTexts(rows, from, count);
        }
        return found;
    }

    private void Hash(RowsToReuse rows, int from, int count)
    {
        var isText = _layout.KeyKind == KeyKind.Utf8;
        for (var i = 0; i < count; i++)
        {
            var hash = isText ? KeyHash.Of(TextOf(rows, from + i)) : KeyHash.Of(rows.Keys[from + i]);
            var view = ViewOf(hash);
            var home = SegmentBuilder.HomeOf((uint)hash, view.HomeSlots);
            (_hashes[i], _homes[i]) = (hash, home);
            if (!Sse.IsSupported)
                continue;
            Sse.Prefetch0(view.Tags + home);
            Sse.Prefetch0(view.Tags + home + SegmentHeader.TagsAtOnce - 1);
        }
    }

    /// <summary>The first slot with the hash's tag; 0 means that the key is not there.</summary>
    private void FindSlots(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var hash = _hashes[i];
            var view = ViewOf(hash);
            var tags = Vector256.Load(view.Tags + _homes[i]);
            var empty = Vector256.Equals(tags, Vector256<byte>.Zero).ExtractMostSignificantBits();
            var matches = Vector256.Equals(tags, Vector256.Create(KeyHash.TagOf(hash))).ExtractMostSignificantBits() & (empty - 1) & ~empty;
            if (matches == 0)
            {
                _slots[i] = empty == 0 ? Search : 0;
                continue;
            }
            var slot = view.Slots + ((_homes[i] + BitOperations.TrailingZeroCount(matches)) * _layout.SlotBytes);
            _slots[i] = (nint)slot;
            if (!Sse.IsSupported)
                continue;
            Sse.Prefetch0(slot);
            Sse.Prefetch0(slot + _layout.SlotBytes - 1);
        }
    }

    private int CompareIntegers(RowsToReuse rows, int from, int count)
    {
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var key = rows.Keys[from + i];
            var slot = (byte*)_slots[i];
            if (_slots[i] > Search && *(long*)(slot + SlotLayout.KeyAt) != key)
                slot = (byte*)Search;
            if (slot == (byte*)Search)
                slot = SegmentOf(_hashes[i]).TryGet(key, _hashes[i], out var stored) ? stored.Slot : null;
            found += CopyIfUnchanged(slot, rows, from + i);
        }
        return found;
    }

    private int CompareTexts(RowsToReuse rows, int from, int count)
    {
        for (var i = 0; i < count && Sse.IsSupported; i++)
        {
            var slot = (byte*)_slots[i];
            if (_slots[i] > Search && *(ulong*)(slot + SlotLayout.KeyAt) == _hashes[i])
                Sse.Prefetch0(ViewOf(_hashes[i]).Heap + *(long*)(slot + SlotLayout.HeapOffsetAt));
        }
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var key = TextOf(rows, from + i);
            var slot = (byte*)_slots[i];
            if (_slots[i] > Search && !(*(ulong*)(slot + SlotLayout.KeyAt) == _hashes[i]
                && new ReadOnlySpan<byte>(ViewOf(_hashes[i]).Heap + *(long*)(slot + SlotLayout.HeapOffsetAt), *(ushort*)(slot + SlotLayout.KeyLengthAt))
                    .SequenceEqual(key)))
                slot = (byte*)Search;
            if (slot == (byte*)Search)
                slot = SegmentOf(_hashes[i]).TryGet(key, _hashes[i], out var stored) ? stored.Slot : null;
            found += CopyIfUnchanged(slot, rows, from + i);
        }
        return found;
    }

    private int CopyIfUnchanged(byte* slot, RowsToReuse rows, int row)
    {
        if (slot is null || *(ulong*)(slot + SlotLayout.FingerprintAt) != rows.Fingerprints[row])
        {
            rows.Reused[row] = 0;
            return 0;
        }
        var outputs = (float*)(slot + _layout.OutputsAt);
        for (var c = 0; c < _layout.FloatCount; c++)
            rows.Outputs[(c * rows.OutputStride) + row] = outputs[c];
        rows.Confidence[row] = (slot[SlotLayout.FlagsAt] & (byte)PredictionFlags.NoConfidence) != 0 ? float.NaN : *(float*)(slot + SlotLayout.ConfidenceAt);
        rows.Reused[row] = 1;
        return 1;
    }

    private SegmentReader SegmentOf(ulong hash) => _segments[KeyHash.PartitionOf(hash, _segments.Length)];

    private SegmentView ViewOf(ulong hash) => SegmentOf(hash).View;

    private static ReadOnlySpan<byte> TextOf(RowsToReuse rows, int row) => rows.KeyBytes[rows.KeyOffsets[row]..rows.KeyOffsets[row + 1]];

    private void RequireLengths(RowsToReuse rows)
    {
        var isInteger = _layout.KeyKind == KeyKind.Int64;
        Require(isInteger ? rows.Keys.Length >= rows.Rows && rows.KeyOffsets.IsEmpty
            : rows.Keys.IsEmpty && rows.KeyOffsets.Length > rows.Rows, "keys of the snapshot's kind, one a row");
        Require(rows.Fingerprints.Length >= rows.Rows, "a fingerprint for every row");
        Require(rows.Confidence.Length >= rows.Rows && rows.Reused.Length >= rows.Rows, "room for a confidence and a mark for every row");
        Require(_layout.FloatCount == 0 || rows.Rows == 0
            || (rows.OutputStride >= rows.Rows && rows.Outputs.Length >= ((long)(_layout.FloatCount - 1) * rows.OutputStride) + rows.Rows),
            "room for every output column");

        static void Require(bool holds, string what)
        {
            if (!holds)
                throw new ArgumentException($"A batch that is compared with a snapshot must have {what}.", nameof(rows));
        }
    }
}
