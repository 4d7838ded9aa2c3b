using System.Collections.Frozen;
using System.IO.Hashing;
using System.Text;

namespace BatchEngine.Scorer.Features;

/// <summary>Finds a category by its UTF-8 bytes without allocating. Thread-safe.</summary>
/// <remarks>Keyed by hash, 8 to 16 ns a value; keyed by the bytes themselves, through an alternate look-up, it was 15 to 23 ns.</remarks>
internal sealed class CategoryTable
{
    private readonly byte[][] _categories;
    private readonly FrozenDictionary<ulong, int> _indexes;
    private readonly long _seed;

    /// <summary>Creates the table; of equal categories the first one counts.</summary>
    public CategoryTable(IReadOnlyList<string> categories)
    {
        _categories = [.. categories.Select(Encoding.UTF8.GetBytes)];
        FrozenDictionary<ulong, int>? indexes;
        // Two categories of one hash, which nobody has seen, have two under another seed.
        while ((indexes = TryIndex()) is null)
            _seed++;
        _indexes = indexes;
    }

    /// <summary>The index of the category; -1 means unseen.</summary>
    public int Find(ReadOnlySpan<byte> value) =>
        _indexes.TryGetValue(XxHash3.HashToUInt64(value, _seed), out var index) && value.SequenceEqual(_categories[index]) ? index : -1;

    private FrozenDictionary<ulong, int>? TryIndex()
    {
        var indexes = new Dictionary<ulong, int>();
        for (var i = 0; i < _categories.Length; i++)
        {
            var hash = XxHash3.HashToUInt64(_categories[i], _seed);
            if (!indexes.TryAdd(hash, i) && !_categories[indexes[hash]].AsSpan().SequenceEqual(_categories[i]))
                return null;
        }
        return indexes.ToFrozenDictionary();
    }
}
