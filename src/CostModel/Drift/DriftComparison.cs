using BatchEngine.Domain;

namespace BatchEngine.CostModel.Drift;

/// <summary>
/// Compares a run's column profiles with a baseline's. Pure: the verdict depends on counts alone, so the order of rows, shards and workers never shows.
/// A column has drifted when a distance reaches its limit in the rule *and* chance alone would hardly give so large a distance (<see cref="MaxChance"/>):
/// the limit keeps large samples from crying over nothing, the probability keeps small ones from crying at random.
/// </summary>
public static class DriftComparison
{
    /// <summary>A distance counts only when chance alone would reach it less often than this.</summary>
    public const double MaxChance = 0.001;

    /// <summary>Judges every column that the baseline or the current run has.</summary>
    /// <param name="run">The run judged.</param>
    /// <param name="baselineRun">The run compared with; null means there is none, and every column is not measured.</param>
    /// <param name="baseline">The baseline's profiles.</param>
    /// <param name="current">The run's profiles.</param>
    /// <param name="rule">The limits.</param>
    /// <returns>Drifted columns first, then by name.</returns>
    public static DriftReport Compare(RunId run, RunId? baselineRun, IReadOnlyList<ColumnProfile> baseline, IReadOnlyList<ColumnProfile> current,
        DriftRule rule)
    {
        var before = baseline.ToDictionary(p => (p.Edges.Column, p.IsOutput));
        var now = current.ToDictionary(p => (p.Edges.Column, p.IsOutput));
        var columns = now.Keys.Union(before.Keys)
            .Select(key => baselineRun is null
                ? NotMeasured(key.Column, key.IsOutput, "there is no baseline: this is the first run that was published")
                : Column(key.Column, key.IsOutput, before.GetValueOrDefault(key), now.GetValueOrDefault(key), rule))
            .OrderBy(c => c.Verdict == DriftVerdict.Drifted ? 0 : 1).ThenBy(c => c.Column, StringComparer.Ordinal).ThenBy(c => c.IsOutput)
            .ToList();
        return new DriftReport(run, baselineRun, columns)
        {
            Sample = ProfileSample.Of(current),
            BaselineSample = baselineRun is null ? null
            : ProfileSample.Of(baseline)
        };
    }

    private static ColumnDrift Column(string name, bool isOutput, ColumnProfile? baseline, ColumnProfile? current, DriftRule rule)
    {
        if (baseline is null)
            return NotMeasured(name, isOutput, "the baseline did not count this column: it is watched from this run on");
        if (current is null)
            return NotMeasured(name, isOutput, "the run has no such column any more");
        if (baseline.Rows < rule.MinRows || current.Rows < rule.MinRows)
            return NotMeasured(name, isOutput,
                FormattableString.Invariant(
                $"{baseline.Rows:N0} baseline and {current.Rows:N0} current rows; at least {rule.MinRows:N0} are needed on both sides"));
        return baseline.Edges.HasBinsOf(current.Edges) ? Judge(name, isOutput, baseline, current, rule) : Restarted(name, isOutput, baseline, current, rule);
    }

    // Missing rows are counted without bins, so they can be compared all the same.
    private static ColumnDrift Restarted(string name, bool isOutput, ColumnProfile baseline, ColumnProfile current, DriftRule rule)
    {
        var why = baseline.Edges.IsUnknown ? "it had no value before, and is watched from this run on"
            : $"the history of this column starts anew with this run: {(isOutput ? "the model or the features" : "the features")} changed, or how "
                + "bins are chosen";
        var missing = MissingTest(baseline, current, rule);
        var nothing = Measured<double>.NotMeasured(why);
        return new ColumnDrift(name, isOutput, missing.Drifted ? DriftVerdict.Drifted : DriftVerdict.NotMeasured, nothing, nothing,
            Measured<double>.Of(Share(baseline.Missing, baseline.Rows)), Measured<double>.Of(Share(current.Missing, current.Rows)), nothing,
            missing.Drifted ? $"{missing.Sentence}; {why}" : why);
    }

    private static DriftTest MissingTest(ColumnProfile baseline, ColumnProfile current, DriftRule rule) =>
        new("missing share changed by", Math.Abs(Share(current.Missing, current.Rows) - Share(baseline.Missing, baseline.Rows)), rule.MaxMissingShareChange,
            Significance.TwoShares(baseline.Missing, baseline.Rows, current.Missing, current.Rows));

    private static ColumnDrift Judge(string name, bool isOutput, ColumnProfile baseline, ColumnProfile current, DriftRule rule)
    {
        var tests = new List<DriftTest> { MissingTest(baseline, current, rule) };
        var noValues = baseline.Present == 0 || current.Present == 0
            ? Measured<double>.NotMeasured($"the {(baseline.Present == 0 ? "baseline" : "run")} has no value in this column")
            : Measured<double>.NotMeasured(
                FormattableString.Invariant($"{Math.Min(baseline.Present, current.Present):N0} rows with a value; at least {rule.MinRows:N0} are needed"));
        var (psi, ks) = (noValues, noValues);
        if (Math.Min(baseline.Present, current.Present) >= Math.Max(1, rule.MinRows))
        {
            var groups = BinGroups.Of(baseline, current);
            psi = Measured<double>.Of(DriftDistance.Psi(groups.Baseline, groups.Current));
            tests.Add(new DriftTest("PSI", psi.Value, rule.MaxPsi, Significance.Homogeneity(groups.Baseline, groups.Current)));
            if (!baseline.Edges.IsCategorical)
            {
                ks = Measured<double>.Of(DriftDistance.Ks(baseline, current));
                tests.Add(new DriftTest("KS", ks.Value, rule.MaxKs, Significance.KolmogorovSmirnov(ks.Value, baseline.Present, current.Present)));
            }
            tests.AddRange(ValueTests.Of(baseline, current, rule));
        }

        var unseen = noValues;
        if (baseline.Edges.IsCategorical && current.Present > 0)
        {
            unseen = Measured<double>.Of(Share(current.Unseen, current.Present));
            tests.Add(new DriftTest("share of unseen categories rose by", Math.Max(0, unseen.Value - Share(baseline.Unseen, Math.Max(1, baseline.Present))),
                rule.MaxMissingShareChange,
                Significance.TwoShares(baseline.Unseen, baseline.Present, current.Unseen, current.Present)));
        }

        var verdict = tests.Any(t => t.Drifted) ? DriftVerdict.Drifted : DriftVerdict.Stable;
        return new ColumnDrift(name, isOutput, verdict, psi, baseline.Edges.IsCategorical ? Measured<double>.NotMeasured("categories have no order") : ks,
            Measured<double>.Of(Share(baseline.Missing, baseline.Rows)), Measured<double>.Of(Share(current.Missing, current.Rows)),
            baseline.Edges.IsCategorical ? unseen : Measured<double>.NotMeasured("a numeric column has no categories"), Reason(tests, psi));
    }

    private static string Reason(IReadOnlyList<DriftTest> tests, Measured<double> psi)
    {
        var drifted = tests.Where(t => t.Drifted).ToList();
        if (drifted.Count > 0)
            return string.Join("; ", drifted.Select(t => t.Sentence));
        var byChance = tests.Where(t => t.ReachesLimit).ToList();
        if (byChance.Count > 0)
            return string.Join("; ", byChance.Select(t => t.Sentence));
        var within = $"under every limit: {string.Join("; ", tests.Select(t => t.Short))}";
        return psi.HasValue ? within : $"{within}; PSI not measured: {psi.Reason}";
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static ColumnDrift NotMeasured(string name, bool isOutput, string reason)
    {
        var nothing = Measured<double>.NotMeasured(reason);
        return new ColumnDrift(name, isOutput, DriftVerdict.NotMeasured, nothing, nothing, nothing, nothing, nothing, reason);
    }
}
