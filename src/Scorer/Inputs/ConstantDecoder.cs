using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>A column that has one value in all rows of this file: a part of its path, or none, because the file lacks the column or its type says that it is
/// empty. Reads nothing.</summary>
/// <param name="text">The value as the path writes it; null means missing.</param>
internal sealed class ConstantDecoder(string? text) : ColumnDecoder
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(text ?? "");

    public override void Read(ColumnVector target, int rows)
    {
        if (text is null)
            target.MarkMissing().Clear();
        switch (target.Kind)
        {
            case ColumnKind.Float:
                target.Floats.Fill(text is null ? float.NaN : (float)PathPartitions.Fraction(text));
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                target.Doubles.Fill(text is null ? double.NaN : PathPartitions.Fraction(text));
                break;
            case ColumnKind.Text:
                for (var row = 0; row < rows; row++)
                    target.Text.Append(_utf8);
                break;
            default:
                target.Integers.Fill(text is null ? 0 : PathPartitions.Whole(target.Kind, text));
                break;
        }
    }

    public override void Skip(long rows)
    {
    }

    public override void Dispose()
    {
    }
}
