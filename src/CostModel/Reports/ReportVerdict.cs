using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>What a reader must know first: a sign, a word and two sentences. Pure.</summary>
/// <param name="Sign">One character that says it without colour.</param>
/// <param name="Tone">"good", "warn", "bad" or "still".</param>
/// <param name="Word">The verdict.</param>
/// <param name="Sentences">What happened, in numbers.</param>
internal sealed record ReportVerdict(string Sign, string Tone, string Word, IReadOnlyList<string> Sentences)
{
    private const int MaxNamed = 5;

    internal static ReportVerdict Of(RunReport report)
    {
        var drifted = report.Drift?.Columns.Where(c => c.Verdict == DriftVerdict.Drifted).Select(c => c.Column).ToList() ?? [];
        var (sign, tone, word) = report.State switch
        {
            RunState.Published when drifted.Count > 0 => ("!", "warn", "Published, and something drifted"),
            RunState.Published => ("✓", "good", "Published"),
            RunState.Held => ("‖", "warn", "Held back: yesterday's predictions keep serving"),
            RunState.Completed => ("✓", "good", "Completed, not published: a newer snapshot serves"),
            RunState.Failed => ("✕", "bad", "Failed: what was finished is kept; its reason says what helps"),
            RunState.Cancelled => ("✕", "still", "Cancelled by a person"),
            _ => ("…", "still", $"Not finished: {report.State.ToString().ToLowerInvariant()}"),
        };
        var sentences = new List<string> { Work(report) };
        if (report.Counts.Rejected > 0)
            sentences[0] += $" {Figures.Count(report.Counts.Rejected, "row was", "rows were")} rejected.";
        sentences.Add(DriftSentence(report, drifted));
        if (report.Note.Length > 0)
            sentences.Add(report.Note);
        return new ReportVerdict(sign, tone, word, sentences);
    }

    private static string Work(RunReport report)
    {
        var rows = $"{Figures.Count(report.Counts.Scored, "row was", "rows were")} scored";
        if (report.Counts.Reused > 0)
            rows += $" and {Figures.Count(report.Counts.Reused)} carried over unchanged";
        var time = report.Plan.ActualDuration.TryGet(out var duration) ? $" in {Figures.Duration(duration)}" : "";
        var cost = report.Cost.Total.TryGet(out var money)
            ? $" for {Figures.Price(money)}{(report.Cost.Spend.UnpricedEntries > 0 ? " and what has no price" : "")}"
            : "; the cost is not measured";
        return $"{rows}{time}{cost}.";
    }

    private static string DriftSentence(RunReport report, List<string> drifted)
    {
        if (report.Drift is null)
            return "Drift was not judged yet.";
        var measured = report.Drift.Columns.Count(c => c.Verdict != DriftVerdict.NotMeasured);
        if (drifted.Count > 0)
            return $"{drifted.Count} of {Figures.Count(measured, "measured column", "measured columns")} drifted: "
                + $"{string.Join(", ", drifted.Take(MaxNamed))}{(drifted.Count > MaxNamed ? $" and {drifted.Count - MaxNamed} more" : "")}.";
        return measured == 0
            ? report.Drift.Baseline is null ? "Drift is not measured: this is the first run, so there is nothing to compare with."
                : "Drift is not measured; each column below says why."
            : $"None of {Figures.Count(measured, "measured column", "measured columns")} drifted.";
    }
}
