using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>One column of one file and how its stored values become ours.</summary>
/// <param name="LeafIndex">The column's index in the file.</param>
/// <param name="Column">Its name and kind.</param>
/// <param name="Decoding">How stored values become ours.</param>
/// <param name="Scale">Decimal digits behind the point.</param>
/// <param name="TypeLength">Bytes of a fixed-length value.</param>
internal sealed record FileColumn(int LeafIndex, InputColumn Column, ColumnDecoding Decoding, int Scale, int TypeLength)
{
    /// <summary>Of a column of lists: how the elements become ours.</summary>
    public ColumnDecoding ElementDecoding { get; init; }

    /// <summary>Of a column of lists: the definition level from which a list has an element.</summary>
    public short RepeatedLevel { get; init; }
}
