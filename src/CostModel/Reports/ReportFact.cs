namespace BatchEngine.CostModel.Reports;

/// <summary>One named fact of a run's provenance.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value.</param>
public sealed record ReportFact(string Name, string Value);
