using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>The keys of "quality".</summary>
internal static class QualityKeys
{
    private static readonly NumberType s_share = new(0, 1);

    public static Key<long> MaxRows { get; } = new("maxRows", new WholeNumberType<long>(0, long.MaxValue, "rows"), "The most rejected rows.",
        RejectBudget.Default.MaxRows);

    public static Key<double> MaxShare { get; } = new("maxShare", s_share, "The largest share of rejected rows.", RejectBudget.Default.MaxShare);

    public static SectionKey Rejects { get; } = new("rejects", "How many rows may be rejected before the run fails; both limits hold.", MaxRows, MaxShare);

    public static Key<DuplicateKeyPolicy> DuplicateKeys { get; } = new("duplicateKeys", new ChoiceType<DuplicateKeyPolicy>(),
        "When two rows have the same key: the run fails, or the last row in the order of the input is served. The Parquet output has every row.",
            DuplicateKeyPolicy.Fail);

    public static Key<DriftAction> Action { get; } = new("action", new ChoiceType<DriftAction>(),
        "What a drifted column does: it is reported, or it holds the snapshot back.", DriftRule.Default.Action);

    public static Key<double> MaxPsi { get; } = new("maxPsi", new NumberType(0, 1000),
        "The population stability index at which a column counts as drifted.", DriftRule.Default.MaxPsi);

    public static Key<double> MaxKs { get; } = new("maxKs", s_share, "The KS distance at which a numeric column counts as drifted.", DriftRule.Default.MaxKs);

    public static Key<double> MaxMissingShareChange { get; } = new("maxMissingShareChange", s_share,
        "The absolute change of the missing share at which a column counts as drifted.", DriftRule.Default.MaxMissingShareChange);

    public static Key<long> MinRows { get; } = new("minRows", new WholeNumberType<long>(1, long.MaxValue, "rows"),
        "With fewer rows on either side nothing is said.", DriftRule.Default.MinRows);

    public static Key<string> Baseline { get; } = new("baseline", JobTexts.Baseline,
        "What a run is compared with: the run published before it, the job's first one, or a run id.", DriftRule.Default.Baseline);

    public static SectionKey Drift { get; } = new("drift", "When a column counts as drifted, and what follows.",
        Action, MaxPsi, MaxKs, MaxMissingShareChange, MinRows, Baseline);

    public static Key<bool> AllowChanges { get; } = new("allowChanges", FlagType.Either,
        "Whether a snapshot may take the place of one with keys of another type or with other outputs; otherwise it is held back.", false);

    public static SectionKey Section { get; } = new("quality", "What a run must fulfil before its snapshot is published.", Rejects, DuplicateKeys, Drift,
        AllowChanges);

    /// <summary>Reads "rejects".</summary>
    public static RejectBudget ReadRejects(SectionReader quality)
    {
        var rejects = quality.Section(Rejects);
        return new RejectBudget(rejects.Read(MaxRows), rejects.Read(MaxShare));
    }

    /// <summary>Reads "drift".</summary>
    public static DriftRule ReadDrift(SectionReader quality)
    {
        var drift = quality.Section(Drift);
        return new DriftRule(drift.Read(Action), drift.Read(MaxPsi), drift.Read(MaxKs), drift.Read(MaxMissingShareChange), drift.Read(MinRows),
            drift.Read(Baseline));
    }
}
