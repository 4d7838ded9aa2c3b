namespace BatchEngine.Domain;

/// <summary>Counts of one column over fixed bins. Merging is addition, so the order of rows, shards and workers never shows.</summary>
/// <param name="Edges">The bins.</param>
/// <param name="IsOutput">Whether it is an output of the model (else a feature as read).</param>
/// <param name="Counts">Rows per bin; for a categorical column the last bins count unseen categories.</param>
/// <param name="Missing">Rows without a value (null or NaN).</param>
/// <param name="Min">The smallest value; positive infinity when there is none.</param>
/// <param name="Max">The largest value; negative infinity when there is none.</param>
/// <param name="Sum">The sum of the values (numeric columns).</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
public sealed record ColumnProfile(BinEdges Edges, bool IsOutput, IReadOnlyList<long> Counts, long Missing, double Min, double Max, double Sum,
    double SumOfSquares)
{
    /// <summary>One block of rows in this number of blocks was counted (see <see cref="ProfileSampling"/>); default 1, every row.</summary>
    public int OneIn { get; init; } = 1;

    /// <summary>Rows with a value.</summary>
    public long Present => Counts.Sum();

    /// <summary>All rows that were counted.</summary>
    public long Rows => Present + Missing;

    /// <summary>Rows of categories that the edges do not name; 0 for a numeric column.</summary>
    public long Unseen => Edges.IsCategorical ? Counts.Skip(Edges.Categories.Count).Sum() : 0;

    /// <summary>The mean of the values; not measured without any, or for text.</summary>
    public Measured<double> Mean => Edges.IsCategorical || Present == 0 ? Measured<double>.NotMeasured("no numeric value") : Measured<double>.Of(Sum / Present);

    /// <summary>A profile without rows.</summary>
    public static ColumnProfile Empty(BinEdges edges, bool isOutput) =>
        new(edges, isOutput, new long[edges.BinCount], 0, double.PositiveInfinity, double.NegativeInfinity, 0, 0);

    /// <summary>The profile of both sets of rows.</summary>
    /// <exception cref="InvariantBrokenException">The bins or the samples differ.</exception>
    public ColumnProfile Merge(ColumnProfile other)
    {
        if (other.Edges.Column != Edges.Column || other.Counts.Count != Counts.Count || !other.Edges.HasBinsOf(Edges))
            throw new InvariantBrokenException("merged profiles have the same bins", $"{Edges.Column} and {other.Edges.Column}");
        if (other.OneIn != OneIn)
            throw new InvariantBrokenException("merged profiles counted the same share of the rows",
                $"{Edges.Column}: one block in {OneIn} and in {other.OneIn}");
        var counts = new long[Counts.Count];
        for (var bin = 0; bin < counts.Length; bin++)
            counts[bin] = Counts[bin] + other.Counts[bin];
        return this with
        {
            Counts = counts,
            Missing = Missing + other.Missing,
            Min = Math.Min(Min, other.Min),
            Max = Math.Max(Max, other.Max),
            Sum = Sum + other.Sum,
            SumOfSquares = SumOfSquares + other.SumOfSquares,
        };
    }
}
