using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>A column without any value in this file: it is not there, or its type says that it is empty. Reads nothing.</summary>
internal sealed class MissingDecoder : ColumnDecoder
{
    public override void Read(ColumnVector target, int rows)
    {
        target.MarkMissing().Clear();
        switch (target.Kind)
        {
            case ColumnKind.Float:
                target.Floats.Fill(float.NaN);
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                target.Doubles.Fill(double.NaN);
                break;
            case ColumnKind.Text:
                for (var row = 0; row < rows; row++)
                    target.Text.Append([]);
                break;
            default:
                target.Integers.Clear();
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
