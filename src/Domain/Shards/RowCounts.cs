namespace BatchEngine.Domain;

/// <summary>What became of rows: read = scored + reused + rejected.</summary>
/// <param name="Read">Rows read.</param>
/// <param name="Scored">Rows that went through the model.</param>
/// <param name="Reused">Rows carried over from the previous snapshot unchanged.</param>
/// <param name="Rejected">Rows in the dead letters.</param>
public readonly record struct RowCounts(long Read, long Scored, long Reused, long Rejected)
{
    /// <summary>Whether the three parts add up.</summary>
    public bool AddsUp => Read == Scored + Reused + Rejected && Read >= 0 && Scored >= 0 && Reused >= 0 && Rejected >= 0;

    /// <summary>The sums.</summary>
    public static RowCounts operator +(RowCounts left, RowCounts right) =>
        new(left.Read + right.Read, left.Scored + right.Scored, left.Reused + right.Reused, left.Rejected + right.Rejected);
}
