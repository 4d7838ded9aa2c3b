using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Reads stored values of one column and spreads them to their rows by definition level. Not thread-safe.</summary>
/// <param name="reader">The library's reader; disposed with this.</param>
/// <param name="missing">What a row without a value gets.</param>
/// <param name="levels">Room for <see cref="MaxLevels"/>, shared by the columns of a file, which are read one after the other.</param>
internal sealed class LevelReader<T>(ColumnReader<T> reader, T missing, short[] levels) : IDisposable
    where T : unmanaged
{
    /// <summary>The most rows of a nullable column that are read at once: levels and values stay in the second-level cache until they are spread.</summary>
    public const int MaxLevels = 8_192;

    /// <summary>The library says "no rows" for a page without any as it does at the end; asked again it goes on to the next page. So many empty pages in a row
    /// are taken for the end.</summary>
    private const int MaxEmptyPages = 256;

    private readonly bool _isNullable = reader.ColumnDescriptor.MaxDefinitionLevel > 0;

    /// <summary>Reads exactly values.Length rows of a column; rows without a value get the missing value and their presence byte cleared.</summary>
    /// <param name="values">Receives a value a row; the length says how many are read.</param>
    /// <param name="vector">Is told when a row is missing.</param>
    /// <param name="firstRow">The row of the vector that values[0] belongs to.</param>
    public void Read(Span<T> values, ColumnVector vector, int firstRow)
    {
        for (var done = 0; done < values.Length;)
            done += ReadOnce(values[done..], vector, firstRow + done);
    }

    /// <summary>Reads the next rows up to the end of a page.</summary>
    /// <returns>Rows read, at least 1.</returns>
    public int ReadOnce(Span<T> values, ColumnVector vector, int firstRow)
    {
        for (var attempt = 0; attempt < MaxEmptyPages; attempt++)
        {
            if (ReadPage(values, vector, firstRow) is > 0 and var rows)
                return rows;
        }
        throw new EndOfStreamException($"the column ends {values.Length} rows early");
    }

    public void Skip(long rows)
    {
        var attempt = 0;
        for (var left = rows; left > 0;)
        {
            var skipped = reader.Skip(left);
            attempt = skipped > 0 ? 0 : attempt + 1;
            if (attempt == MaxEmptyPages)
                throw new EndOfStreamException($"the column ends {left} rows early");
            left -= Math.Max(0, skipped);
        }
    }

    public void Dispose() => reader.Dispose();

    private int ReadPage(Span<T> values, ColumnVector vector, int firstRow)
    {
        int rows;
        if (_isNullable)
        {
            var chunk = values[..Math.Min(values.Length, MaxLevels)];
            rows = (int)reader.ReadBatch(chunk.Length, levels, [], chunk, out var found);
            if (found != rows)
                Spread(values[..rows], (int)found, vector.MarkMissing().Slice(firstRow, rows));
        }
        else
        {
            rows = (int)reader.ReadBatch(values.Length, values, out _);
        }
        return rows;
    }

    /// <summary>Moves dense values to their rows, from the back so that none is overwritten before it moved.</summary>
    private void Spread(Span<T> values, int found, Span<byte> present)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var level = ref MemoryMarshal.GetArrayDataReference(levels);
        var next = found - 1;
        for (var row = values.Length - 1; row >= 0; row--)
        {
            // No branch on the level: missing values come at random, and a wrong guess costs more than the select.
            var isThere = Unsafe.Add(ref level, row) != 0;
            var moved = Unsafe.Add(ref value, Math.Max(next, 0));
            Unsafe.Add(ref value, row) = isThere ? moved : missing;
            present[row] = isThere ? (byte)1 : (byte)0;
            next -= isThere ? 1 : 0;
        }
    }
}
