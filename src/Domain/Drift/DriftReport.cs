namespace BatchEngine.Domain;

/// <summary>All columns of a run against its baseline.</summary>
/// <param name="Run">The run judged.</param>
/// <param name="Baseline">The run compared with; null means there was none.</param>
/// <param name="Columns">Drifted ones first, then by name.</param>
public sealed record DriftReport(RunId Run, RunId? Baseline, IReadOnlyList<ColumnDrift> Columns)
{
    /// <summary>How much of the run was counted; null in a report that was stored before runs were sampled, which counted every row.</summary>
    public ProfileSample? Sample { get; init; }

    /// <summary>How much of the baseline was counted; null means there is no baseline, or as for <see cref="Sample"/>.</summary>
    public ProfileSample? BaselineSample { get; init; }

    /// <summary>Why the run that was to be compared with is unknown, so that nothing can be said; null when it is known, or when this is the first
    /// run.</summary>
    public string? UnknownBaseline { get; init; }

    /// <summary>Columns of which something can be said.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int MeasuredColumns => Columns.Count(c => c.Verdict != DriftVerdict.NotMeasured);

    /// <summary>Drifted when any column is; not measured when every column is; else stable.</summary>
    public DriftVerdict Verdict => Columns.Any(c => c.Verdict == DriftVerdict.Drifted) ? DriftVerdict.Drifted
        : Columns.Any(c => c.Verdict == DriftVerdict.Stable) ? DriftVerdict.Stable : DriftVerdict.NotMeasured;
}
