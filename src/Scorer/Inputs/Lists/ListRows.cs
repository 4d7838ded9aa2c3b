using ParquetSharp;

namespace BatchEngine.Scorer.Inputs.Lists;

/// <summary>Reads a column of lists row by row. Not thread-safe.</summary>
/// <param name="reader">The library's reader; disposed with this.</param>
/// <param name="repeatedLevel">The definition level from which a list has an element.</param>
internal sealed class ListRows<T>(ColumnReader<T> reader, short repeatedLevel) : IDisposable
    where T : unmanaged
{
    /// <summary>What <see cref="Next"/> says of a row without a list.</summary>
    public const int NoList = -1;

    private const int ReadAtOnce = 4_096;

    /// <summary>The library says "no values" for a page without any as it does at the end; so many in a row are taken for the end.</summary>
    private const int MaxEmptyPages = 256;

    private readonly short[] _levels = new short[ReadAtOnce];
    private readonly short[] _repeats = new short[ReadAtOnce];
    private readonly T[] _values = new T[ReadAtOnce];
    private readonly short _valueLevel = reader.ColumnDescriptor.MaxDefinitionLevel;
    private int _count;
    private int _at;
    private int _value;
    private bool _isDisposed;

    /// <summary>Reads the next row's list.</summary>
    /// <param name="values">Receives the elements that fit; where one is null, what stands there stays.</param>
    /// <param name="present">Receives 1 for an element and 0 for a null one.</param>
    /// <returns>The elements of the list, which may be more than fit; <see cref="NoList"/> where it is null.</returns>
    /// <exception cref="EndOfStreamException">There is no row left.</exception>
    public int Next(Span<T> values, Span<byte> present)
    {
        if (_at == _count && !Fill())
            throw new EndOfStreamException("the column ends before its rows do");
        if (_levels[_at] < repeatedLevel)
            return _levels[_at++] == repeatedLevel - 1 ? 0 : NoList;
        var length = 0;
        do
        {
            var isThere = _levels[_at] == _valueLevel;
            if (length < values.Length)
            {
                present[length] = isThere ? (byte)1 : (byte)0;
                if (isThere)
                    values[length] = _values[_value];
            }
            _value += isThere ? 1 : 0;
            length++;
            _at++;
        }
        while ((_at < _count || Fill()) && _repeats[_at] > 0);
        return length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
            reader.Dispose();
        _isDisposed = true;
    }

    private bool Fill()
    {
        (_at, _value, _count) = (0, 0, 0);
        for (var attempt = 0; attempt < MaxEmptyPages && _count == 0; attempt++)
            _count = (int)reader.ReadBatch(ReadAtOnce, _levels, _repeats, _values, out _);
        return _count > 0;
    }
}
