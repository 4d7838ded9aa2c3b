using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Outputs;

/// <summary>The rows of one scored unit, as views. The buffers are the caller's.</summary>
/// <param name="Columns">The columns as read.</param>
/// <param name="Predictions">The model's outputs.</param>
/// <param name="Keep">1 for a row to write, 0 for a rejected one; empty when all are kept.</param>
/// <param name="KeptRows">How many are written.</param>
/// <param name="FirstRowNumber">The number of the first row over the whole manifest.</param>
internal sealed record ScoredUnit(UnitColumns Columns, UnitPredictions Predictions, ReadOnlyMemory<byte> Keep, int KeptRows, long FirstRowNumber)
{
    /// <summary>Rows read.</summary>
    public int Rows => Columns.Rows;

    /// <summary>How many of the marked rows (1) are kept; no marks mean none.</summary>
    public int CountKept(ReadOnlySpan<byte> marks)
    {
        if (marks.IsEmpty || Keep.IsEmpty)
            return marks.Count((byte)1);
        var count = 0;
        var keep = Keep.Span;
        for (var row = 0; row < Rows; row++)
            count += marks[row] & keep[row];
        return count;
    }

    /// <summary>Copies the values of the kept rows to the front of the target.</summary>
    public void Compact<T>(ReadOnlySpan<T> values, Span<T> target)
    {
        if (Keep.IsEmpty)
        {
            values[..Rows].CopyTo(target);
            return;
        }
        var keep = Keep.Span;
        for (int row = 0, at = 0; row < Rows; row++)
        {
            if (keep[row] != 0)
                target[at++] = values[row];
        }
    }
}
