namespace BatchEngine.Domain;

/// <summary>One Parquet file as it was when the run was planned.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ContentTag">Changes when the content changes: a hash over length, modification time and footer bytes.</param>
/// <param name="RowGroups">In file order.</param>
public sealed record InputFile(string Path, long Bytes, string ContentTag, IReadOnlyList<RowGroupSize> RowGroups)
{
    /// <summary>Rows of all row groups.</summary>
    public long Rows => RowGroups.Sum(g => g.Rows);
}
