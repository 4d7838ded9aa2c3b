using System.IO.Hashing;
using System.Text;

namespace BatchEngine.Scorer.Features;

/// <summary>Finds a category by its UTF-8 bytes without allocating. Immutable, so thread-safe.</summary>
internal sealed class CategoryTable
{
    private readonly byte[][] _categories;
    private readonly ulong[] _hashes;
    private readonly int[] _slots;

    /// <summary>Creates the table; the categories are distinct.</summary>
    public CategoryTable(IReadOnlyList<string> categories)
    {
        _categories = [.. categories.Select(Encoding.UTF8.GetBytes)];
        _hashes = [.. _categories.Select(c => XxHash3.HashToUInt64(c))];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)categories.Count * 2 + 1)];
        Array.Fill(_slots, -1);
        for (var i = 0; i < _categories.Length; i++)
        {
            var slot = (int)_hashes[i] & (_slots.Length - 1);
            while (_slots[slot] >= 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i;
        }
    }

    /// <summary>The index of the category; -1 means unseen.</summary>
    public int Find(ReadOnlySpan<byte> value)
    {
        var hash = XxHash3.HashToUInt64(value);
        for (var slot = (int)hash & (_slots.Length - 1); _slots[slot] >= 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var index = _slots[slot];
            if (_hashes[index] == hash && value.SequenceEqual(_categories[index]))
                return index;
        }
        return -1;
    }
}
