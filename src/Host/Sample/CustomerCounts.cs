namespace BatchEngine.Host.Sample;

/// <summary>What customers a range holds on a day.</summary>
internal readonly record struct CustomerCounts(long Rows, long Changed, long New, long Deleted, long Bad)
{
    /// <summary>The sums.</summary>
    public static CustomerCounts operator +(CustomerCounts left, CustomerCounts right) =>
        new(left.Rows + right.Rows, left.Changed + right.Changed, left.New + right.New, left.Deleted + right.Deleted, left.Bad + right.Bad);
}
