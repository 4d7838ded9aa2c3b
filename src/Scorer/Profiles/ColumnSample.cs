using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Profiles;

/// <summary>The sampled values of one column, from which its bins are chosen. Not thread-safe.</summary>
/// <param name="name">The column, as profiles name it.</param>
internal sealed class ColumnSample(string name)
{
    /// <summary>Categories that are named where there are more than can be; the others share <see cref="OtherBuckets"/> bins.</summary>
    public const int MaxNamedOfMany = BinEdges.MaxEdges - OtherBuckets;

    /// <summary>Bins of the categories that are not named.</summary>
    public const int OtherBuckets = 32;

    private readonly List<float> _numbers = [];
    private readonly Dictionary<string, long> _categories = new(StringComparer.Ordinal);

    /// <summary>Adds values of an output, or of a float column.</summary>
    public void Add(ReadOnlySpan<float> values) => _numbers.AddRange(values);

    /// <summary>Adds the values of a source column.</summary>
    public void Add(ColumnVector column)
    {
        switch (column.Kind)
        {
            case ColumnKind.Text:
                AddTexts(column);
                break;
            case ColumnKind.Float:
                Add(column.Floats);
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                foreach (var value in column.Doubles)
                    _numbers.Add((float)value);
                break;
            default:
                AddIntegers(column);
                break;
        }
    }

    /// <summary>The bins; without any value, edges of one bin.</summary>
    public BinEdges Edges()
    {
        if (_categories.Count == 0)
            return new BinEdges(name, NumberEdges.Of(_numbers), []);
        var named = _categories.Count <= BinEdges.MaxEdges ? BinEdges.MaxEdges : MaxNamedOfMany;
        var most = _categories.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(named).Select(c => c.Key);
        return new BinEdges(name, [], [.. most.Order(StringComparer.Ordinal)]) { Buckets = _categories.Count <= BinEdges.MaxEdges ? 1 : OtherBuckets };
    }

    private void AddTexts(ColumnVector column)
    {
        for (var row = 0; row < column.Rows; row++)
        {
            if (column.Present[row] == 0)
                continue;
            var text = Encoding.UTF8.GetString(column.Text[row]);
            _categories[text] = _categories.GetValueOrDefault(text) + 1;
        }
    }

    private void AddIntegers(ColumnVector column)
    {
        var integers = column.Integers;
        for (var row = 0; row < integers.Length; row++)
        {
            if (column.Present[row] != 0)
                _numbers.Add(integers[row]);
        }
    }
}
