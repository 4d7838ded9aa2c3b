namespace BatchEngine.Scorer.Outputs;

/// <summary>One row of the dead letters.</summary>
/// <param name="File">The input file.</param>
/// <param name="RowGroup">Counted from 0 in the file.</param>
/// <param name="Row">Counted from 0 in the file.</param>
/// <param name="Key">The key as text; null means missing.</param>
/// <param name="Reason">The rule that the row broke.</param>
/// <param name="Detail">The column and value.</param>
internal sealed record RejectedRow(string File, int RowGroup, long Row, string? Key, RejectReason Reason, string Detail)
{
    /// <summary>The row in words, for errors.</summary>
    public override string ToString() => $"{File}, row group {RowGroup}, row {Row}: {Reason} ({Detail})";
}
