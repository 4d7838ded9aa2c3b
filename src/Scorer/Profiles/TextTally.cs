using System.IO.Hashing;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Counts a text column over known categories; the last bin is every other value. Not thread-safe.</summary>
internal sealed class TextTally : ColumnTally
{
    private readonly Dictionary<ulong, int> _bins = [];
    private readonly byte[][] _categories;
    private readonly long[] _counts;
    private long _missing;

    public TextTally(BinEdges edges, bool isOutput) : base(edges, isOutput)
    {
        _categories = [.. edges.Categories.Select(Encoding.UTF8.GetBytes)];
        _counts = new long[edges.BinCount];
        for (var i = 0; i < _categories.Length; i++)
            _bins[XxHash3.HashToUInt64(_categories[i])] = i;
    }

    /// <summary>Counts the rows of a text column.</summary>
    public void Add(ColumnVector column, CountedRows rows)
    {
        var present = column.Present;
        var text = column.Text;
        foreach (var (from, count) in rows.Ranges)
        {
            for (var row = from; row < from + count; row++)
            {
                if (present[row] == 0)
                    _missing++;
                else
                    _counts[BinOf(text[row])]++;
            }
        }
    }

    /// <inheritdoc/>
    public override ColumnProfile Current() => new(Edges, IsOutput, [.. _counts], _missing, double.PositiveInfinity, double.NegativeInfinity, 0, 0);

    /// <inheritdoc/>
    public override void Restore(ColumnProfile saved)
    {
        for (var bin = 0; bin < _counts.Length; bin++)
            _counts[bin] = saved.Counts[bin];
        _missing = saved.Missing;
    }

    private int BinOf(ReadOnlySpan<byte> value) =>
        _bins.TryGetValue(XxHash3.HashToUInt64(value), out var bin) && value.SequenceEqual(_categories[bin]) ? bin : _categories.Length;
}
