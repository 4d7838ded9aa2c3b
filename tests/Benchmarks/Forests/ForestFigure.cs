namespace BatchEngine.Benchmarks.Forests;

/// <summary>One pass of one contender. Immutable.</summary>
public sealed record ForestFigure(string Contender, int Pass, int Rows, double Seconds)
{
    /// <summary>Rows per second.</summary>
    public double Rate => Rows / Seconds;
}
