using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Lists;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Reads a column of lists of one length into a vector for each place. The list is read once for all places that are wanted: when the last of them
/// is asked. Not thread-safe.</summary>
/// <param name="length">The elements of a list.</param>
/// <param name="wanted">How many places are read.</param>
internal abstract class ListDecoder(int length, int wanted) : IDisposable
{
    private int _asked;

    /// <summary>The elements of a list.</summary>
    protected int Length { get; } = length;

    /// <summary>The vectors of the places; null where a place is not wanted.</summary>
    protected ColumnVector?[] Targets { get; } = new ColumnVector?[length];

    /// <summary>Opens a column of lists.</summary>
    public static ListDecoder Open(FileColumn column, ColumnReader reader, int length, int wanted)
    {
        var (name, level) = (column.Column.Name, column.RepeatedLevel);
        return column.ElementDecoding switch
        {
            ColumnDecoding.Float => new Of<float>((ColumnReader<float>)reader, level, float.NaN,
                static (stored, target, row) => stored.CopyTo(target.Floats[row..]), name, length, wanted),
            ColumnDecoding.Double => new Of<double>((ColumnReader<double>)reader, level, double.NaN,
                static (stored, target, row) => stored.CopyTo(target.Doubles[row..]), name, length, wanted),
            ColumnDecoding.Int64 => new Of<long>((ColumnReader<long>)reader, level, 0,
                static (stored, target, row) => stored.CopyTo(target.Integers[row..]), name, length, wanted),
            ColumnDecoding.Int32 => new Of<int>((ColumnReader<int>)reader, level, 0, StoredValues.Int32s, name, length, wanted),
            _ => throw InputProblems.Unreadable($"column '{name}'", column.Column),
        };
    }

    /// <summary>The decoder of one place.</summary>
    public ColumnDecoder At(int index) => new Place(this, index);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The elements of the next row's list; negative where there is none.</summary>
    public abstract int NextLength();

    /// <summary>Fills all wanted vectors.</summary>
    protected abstract void Read(int rows);

    private bool IsLastAsked()
    {
        _asked = (_asked + 1) % wanted;
        return _asked == 0;
    }

    private sealed class Place(ListDecoder list, int index) : ColumnDecoder
    {
        public override void Read(ColumnVector target, int rows)
        {
            list.Targets[index] = target;
            if (list.IsLastAsked())
                list.Read(rows);
        }

        public override void Skip(long rows)
        {
            if (!list.IsLastAsked())
                return;
            for (long row = 0; row < rows; row++)
                list.NextLength();
        }

        public override void Dispose() => list.Dispose();
    }

    private sealed class Of<T>(ColumnReader<T> reader, short repeatedLevel, T missing, StoredValues.Conversion<T> convert, string name, int length, int wanted)
        : ListDecoder(length, wanted)
        where T : unmanaged
    {
        // Lists that are read before they are turned into columns: together they stay in the second-level cache.
        private const int ChunkValues = 1 << 15;
        private const int MostChunkRows = 1_024;

        private readonly ListRows<T> _rows = new(reader, repeatedLevel);
        private readonly int _chunkRows = Math.Clamp(ChunkValues / length, 1, MostChunkRows);
        private T[] _values = [];
        private byte[] _present = [];
        private T[] _column = [];

        public override void Dispose() => _rows.Dispose();

        public override int NextLength() => _rows.Next([], []);

        protected override void Read(int rows)
        {
            if (_values.Length == 0)
                (_values, _present, _column) = (new T[_chunkRows * Length], new byte[_chunkRows * Length], new T[_chunkRows]);
            for (var done = 0; done < rows; done += _chunkRows)
                ReadChunk(done, Math.Min(_chunkRows, rows - done));
        }

        private void ReadChunk(int from, int rows)
        {
            _values.AsSpan(0, rows * Length).Fill(missing);
            for (var row = 0; row < rows; row++)
            {
                var values = _values.AsSpan(row * Length, Length);
                var present = _present.AsSpan(row * Length, Length);
                var found = _rows.Next(values, present);
                if (found == Length)
                    continue;
                values.Fill(missing);
                present.Clear();
                if (found != ListRows<T>.NoList)
                    First.Refuse(from + row, FormattableString.Invariant($"{name} has {found} elements, and the model reads {Length}"));
            }
            var isWhole = !_present.AsSpan(0, rows * Length).Contains((byte)0);
            for (var place = 0; place < Length; place++)
            {
                if (Targets[place] is { } target)
                    Spread(place, target, from, rows, isWhole);
            }
        }

        private void Spread(int place, ColumnVector target, int from, int rows, bool isWhole)
        {
            for (var row = 0; row < rows; row++)
                _column[row] = _values[row * Length + place];
            convert(_column.AsSpan(0, rows), target, from);
            if (isWhole)
                return;
            var isMissing = false;
            for (var row = 0; row < rows && !isMissing; row++)
                isMissing = _present[row * Length + place] == 0;
            if (!isMissing)
                return;
            var present = target.MarkMissing();
            for (var row = 0; row < rows; row++)
                present[from + row] = _present[row * Length + place];
        }

        private ColumnVector First => Array.Find(Targets, t => t is not null)!;
    }
}
