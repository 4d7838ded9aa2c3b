namespace BatchEngine.Domain;

/// <summary>How one column moved between baseline and current, with the numbers behind the verdict.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsOutput">Whether it is an output of the model.</param>
/// <param name="Verdict">Stable, drifted or not measured.</param>
/// <param name="Psi">Population stability index over the bins.</param>
/// <param name="Ks">Largest distance of the two cumulative distributions at the bin edges; not measured for categories.</param>
/// <param name="MissingShareBaseline">Share of missing rows in the baseline.</param>
/// <param name="MissingShareCurrent">Share of missing rows now.</param>
/// <param name="UnseenShareCurrent">Share of rows now in categories the baseline's edges do not name.</param>
/// <param name="Reason">The rule and number that decided, in words.</param>
public sealed record ColumnDrift(
    string Column,
    bool IsOutput,
    DriftVerdict Verdict,
    Measured<double> Psi,
    Measured<double> Ks,
    Measured<double> MissingShareBaseline,
    Measured<double> MissingShareCurrent,
    Measured<double> UnseenShareCurrent,
    string Reason);
