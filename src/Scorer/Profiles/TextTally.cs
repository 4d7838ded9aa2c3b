using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Counts a text column over known categories; the last bins are every other value. Not thread-safe.</summary>
internal sealed class TextTally : ColumnTally
{
    private readonly CategoryTable _categories;
    private readonly long[] _counts;
    private long _missing;

    public TextTally(BinEdges edges, bool isOutput) : base(edges, isOutput)
    {
        _categories = new CategoryTable(edges.Categories);
        _counts = new long[edges.BinCount];
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

    private int BinOf(ReadOnlySpan<byte> value) => _categories.Find(value) is >= 0 and var bin ? bin
        : Edges.Buckets == 1 ? Edges.Categories.Count
        : Edges.Categories.Count + (int)(XxHash3.HashToUInt64(value) % (uint)Edges.Buckets);
}
