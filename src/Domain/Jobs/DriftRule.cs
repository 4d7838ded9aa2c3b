namespace BatchEngine.Domain;

/// <summary>When drift holds a snapshot back. Immutable.</summary>
/// <param name="Action">What a drifted column does.</param>
/// <param name="MaxPsi">The population stability index at which a column counts as drifted.</param>
/// <param name="MaxKs">The KS distance at which a numeric column counts as drifted.</param>
/// <param name="MaxMissingShareChange">The absolute change of the missing share at which a column counts as drifted.</param>
/// <param name="MinRows">The least rows on either side for a verdict; with fewer the column is not measured.</param>
/// <param name="Baseline">"previous" (the run published before), "first" (the job's first published run), or a run id.</param>
public sealed record DriftRule(DriftAction Action, double MaxPsi, double MaxKs, double MaxMissingShareChange, long MinRows, string Baseline)
{
    /// <summary>Warn at PSI 0.2, KS 0.15, missing share 0.05, from 1,000 rows, against the previous run.</summary>
    public static DriftRule Default { get; } = new(DriftAction.Warn, 0.2, 0.15, 0.05, 1_000, "previous");
}
