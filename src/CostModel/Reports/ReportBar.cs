namespace BatchEngine.CostModel.Reports;

/// <summary>One bar of a bar chart.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Value">How long it is; null draws none.</param>
/// <param name="Text">The number and its unit, or why there is none.</param>
/// <param name="IsThisRun">Whether it is the run itself, drawn darker.</param>
/// <param name="IsEstimate">Whether a person assumed it, drawn hatched.</param>
internal sealed record ReportBar(string Label, double? Value, string Text, bool IsThisRun, bool IsEstimate);
