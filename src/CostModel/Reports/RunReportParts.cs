using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.CostModel.Reports;

/// <summary>The parts of a report that are made from several stored facts. Pure.</summary>
internal static class RunReportParts
{
    private const int MaxFilesNamed = 8;

    internal static ReportPlan Plan(RunPlan plan, RunRecord record, RowCounts counts, IReadOnlyList<UsageRecord> usage, CostLine cost)
    {
        var actual = record.StartedAt is not { } started ? Measured<TimeSpan>.NotMeasured("scoring has not started")
            : record.EndedAt is not { } ended ? Measured<TimeSpan>.NotMeasured("the run has not ended")
            : Measured<TimeSpan>.Of(ended - started);
        var speed = !actual.TryGet(out var length) ? Measured<double>.NotMeasured(actual.Reason!)
            : length <= TimeSpan.Zero ? Measured<double>.NotMeasured("the run was shorter than the clock can tell")
            : Measured<double>.Of(counts.Read / length.TotalSeconds);
        return new ReportPlan(plan.Chosen.Offering.ToString(), plan.Manifest.Rows, counts.Read, plan.Chosen.Workers,
            usage.Where(u => u.Kind == UsageKind.BatchWorker && u.Predictions > 0).Select(u => u.Subject).Distinct().Count(),
            plan.Chosen.Duration, actual, plan.Chosen.Cost, cost.Spend.Whole, plan.Job.Deadline is { } within ? plan.Run.ScheduledAt + within
                : null, plan.Job.Budget, speed, plan.Rejected);
    }

    internal static IReadOnlyList<ReportWorker> Workers(IReadOnlyList<UsageRecord> usage, IReadOnlyList<SpendEntry> entries)
    {
        var spent = LedgerCorrection.Standing(entries).ToLookup(e => e.UsageId);
        return [.. usage.GroupBy(u => (u.Subject, u.Kind, Offering: u.Offering.ToString()))
            .OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.Subject, StringComparer.Ordinal).ThenBy(g => g.Key.Offering, StringComparer.Ordinal)
            .Select(g => new ReportWorker(g.Key.Subject, g.Key.Offering,
                g.Key.Kind switch { UsageKind.BatchWorker => "scoring", UsageKind.RunOverhead => "sealing and publishing", _ => "answering in real time" },
                Sum(g, _ => 1), Sum(g, u => u.BusyShare), Sum(g, u => u.ReworkShare), g.Sum(u => u.Predictions),
                g.All(u => spent.Contains(u.Id)) ? Spend.Of(g.SelectMany(u => spent[u.Id])).Whole
                    : Measured<Money>.NotMeasured("not posted to the ledger yet")))];
    }

    internal static IReadOnlyList<string> Interruptions(IReadOnlyList<Decision> decisions) =>
        [.. decisions.Where(d => d.Subject == DecisionSubject.WorkerLost).Select(d => $"{Figures.Instant(d.At)}: {d.Choice} ({d.Reason})")];

    internal static StoreTraffic? FromStores(IEnumerable<ShardReceipt> receipts)
    {
        var read = receipts.Select(r => r.Final.FromStores).OfType<StoreTraffic>().ToList();
        return read.Count == 0 ? null : read.Aggregate((sum, next) => sum + next);
    }

    internal static IReadOnlyList<ReportFact> Provenance(RunPlan plan, SnapshotListing? snapshot, IReadOnlyList<SpendEntry> entries)
    {
        var facts = new List<ReportFact>
        {
            new("Model", plan.Model.ToString()),
            new("Model digest (SHA-256)", plan.Model.Digest.Hex),
            new("Model file", plan.ModelArtifact),
            new("Outputs", string.Join(", ", plan.Outputs.Where(o => o.IsNamed).Select(o => o.Name))),
            new("Key column", plan.Job.KeyColumn),
            new("Input", $"{Figures.Count(plan.Manifest.Rows, "row", "rows")}, {Figures.Count(plan.Manifest.Bytes, "byte", "bytes")} in "
                + $"{Figures.Count(plan.Manifest.Files.Count, "file", "files")}"),
            new("Input digest (SHA-256)", plan.Manifest.Digest.Hex),
        };
        facts.AddRange(plan.Manifest.Files.Take(MaxFilesNamed)
            .Select(f => new ReportFact("Input file", $"{f.Path} ({Figures.Count(f.Rows, "row", "rows")}, tag {f.ContentTag})")));
        if (plan.Manifest.Files.Count > MaxFilesNamed)
            facts.Add(new ReportFact("Input files", $"and {Figures.Count(plan.Manifest.Files.Count - MaxFilesNamed)} more"));
        facts.Add(snapshot is null
            ? new ReportFact("Snapshot", "none yet")
            : new ReportFact("Snapshot",
                $"{snapshot.Snapshot.Id} of {snapshot.Snapshot.ServingName}, {Figures.Count(snapshot.Snapshot.Segments.Count, "segment", "segments")}, "
                    + $"{(snapshot.IsCurrent ? "serving" : "not serving")}{(snapshot.PublishedAt is { } at ? $", published {Figures.Instant(at)}" : "")}"));
        var sources = entries.Select(e => e.PriceSource).Where(s => s.Length > 0).Distinct().Order(StringComparer.Ordinal).ToList();
        if (sources.Count == 0)
            facts.Add(new ReportFact("Price", "none is known"));
        facts.AddRange(sources.Select(s => new ReportFact("Price", s)));
        return facts;
    }

    private static TimeSpan Sum(IEnumerable<UsageRecord> usage, Func<UsageRecord, double> share) =>
        usage.Aggregate(TimeSpan.Zero, (sum, u) => sum + (u.Duration * share(u)));
}
