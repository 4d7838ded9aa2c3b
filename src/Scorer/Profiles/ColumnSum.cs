namespace BatchEngine.Scorer.Profiles;

/// <summary>A count of values with their sum, carried to twice the digits of a double so that a mean over many rows is right to the last one.</summary>
/// <param name="Count">Finite values.</param>
/// <param name="Sum">Their sum, rounded.</param>
/// <param name="Lost">What rounding took from it.</param>
internal readonly record struct ColumnSum(long Count, double Sum, double Lost)
{
    /// <summary>The mean; NaN without a value.</summary>
    public double Mean => (Sum + Lost) / Count;

    /// <summary>With a value more.</summary>
    public ColumnSum With(double value) => Add(1, value, 0);

    /// <summary>Of both.</summary>
    public static ColumnSum operator +(ColumnSum one, ColumnSum other) => one.Add(other.Count, other.Sum, other.Lost);

    // Neumaier's sum: what the smaller part loses in the addition is kept beside it.
    private ColumnSum Add(long count, double value, double lost)
    {
        var sum = Sum + value;
        var rounded = Math.Abs(Sum) >= Math.Abs(value) ? Sum - sum + value : value - sum + Sum;
        return new ColumnSum(Count + count, sum, Lost + lost + rounded);
    }
}
