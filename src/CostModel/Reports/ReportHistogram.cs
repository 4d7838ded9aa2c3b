namespace BatchEngine.CostModel.Reports;

/// <summary>One column's rows in at most <see cref="MaxBars"/> groups of bins, baseline beside current.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsOutput">Whether it is an output of the model.</param>
/// <param name="Labels">What each group holds, for people.</param>
/// <param name="Baseline">Share of the baseline's rows with a value, one a group; sums to 1, or empty without a baseline.</param>
/// <param name="Current">Share of this run's rows with a value, one a group.</param>
public sealed record ReportHistogram(string Column, bool IsOutput, IReadOnlyList<string> Labels, IReadOnlyList<double> Baseline, IReadOnlyList<double> Current)
{
    /// <summary>The most groups a histogram shows.</summary>
    public const int MaxBars = 12;
}
