using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>One shard in a run's report.</summary>
/// <param name="Index">Counted from 0.</param>
/// <param name="PlannedRows">Rows the plan gave it.</param>
/// <param name="Counts">Rows of its durable units.</param>
/// <param name="Worker">Who finished or last held it; empty means nobody.</param>
/// <param name="Leases">How often it was leased; more than once means it was taken over or resumed.</param>
/// <param name="State">"done", "leased", "expired" or "free".</param>
public sealed record ReportShard(int Index, long PlannedRows, RowCounts Counts, string Worker, long Leases, string State);
