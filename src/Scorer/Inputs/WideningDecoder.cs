using System.Numerics;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs;

/// <summary>A column that is of another kind in this file than in the input as a whole: numbers become doubles, whole ones only where they are exact; any
/// other kind was planned as a column without a value, and a value that turns up all the same is refused.</summary>
/// <param name="path">The file, for errors.</param>
/// <param name="column">The column as this file has it.</param>
/// <param name="inner">Decodes it; disposed with this.</param>
/// <param name="wanted">The column as the whole input has it.</param>
internal sealed class WideningDecoder(string path, InputColumn column, ColumnDecoder inner, InputColumn wanted) : ColumnDecoder
{
    private const int ChunkRows = 1_024;
    private const int MantissaBits = 53;

    private readonly ColumnVector _chunk = new(column, ChunkRows);
    private readonly ConstantDecoder? _none = SharedKind.Of(column.Kind, wanted.Kind) == wanted.Kind ? null : new ConstantDecoder(null);

    public override void Read(ColumnVector target, int rows)
    {
        for (var done = 0; done < rows; done += _chunk.Rows)
        {
            _chunk.Start(Math.Min(ChunkRows, rows - done));
            inner.Read(_chunk, _chunk.Rows);
            if (_none is not null)
            {
                if (_chunk.Present.Contains((byte)1))
                    throw InputProblems.KindDiffers(path, column, wanted, "the other files, of which this one was planned to have no value");
                continue;
            }
            Widen(target.Doubles.Slice(done, _chunk.Rows));
            if (_chunk.HasMissing)
                _chunk.Present.CopyTo(target.MarkMissing()[done..]);
        }
        _none?.Read(target, rows);
    }

    public override void Skip(long rows) => inner.Skip(rows);

    public override void Dispose()
    {
        inner.Dispose();
        _chunk.Dispose();
    }

    private void Widen(Span<double> target)
    {
        switch (column.Kind)
        {
            case ColumnKind.Float:
                for (var row = 0; row < target.Length; row++)
                    target[row] = _chunk.Floats[row];
                break;
            case ColumnKind.Integer:
                for (var row = 0; row < target.Length; row++)
                    target[row] = _chunk.Present[row] == 0 ? double.NaN : Exact(_chunk.Integers[row]);
                break;
            default:
                _chunk.Doubles.CopyTo(target);
                break;
        }
    }

    private double Exact(long value)
    {
        var magnitude = (ulong)Int128.Abs(value);
        return 64 - BitOperations.LeadingZeroCount(magnitude) - BitOperations.TrailingZeroCount(magnitude) <= MantissaBits ? value
            : throw InputProblems.NotExact($"{path}, column '{column.Name}'", value);
    }
}
