using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>What a run was planned to do, beside what it did.</summary>
/// <param name="Offering">The capacity that was chosen.</param>
/// <param name="PlannedRows">Rows of the frozen input.</param>
/// <param name="ActualRows">Rows read.</param>
/// <param name="PlannedWorkers">Workers the plan asked for.</param>
/// <param name="ActualWorkers">Workers that scored something.</param>
/// <param name="PlannedDuration">Predicted time of scoring.</param>
/// <param name="ActualDuration">From the first worker's start to the end of the run.</param>
/// <param name="PlannedCost">Predicted cost.</param>
/// <param name="ActualCost">What the ledger says.</param>
/// <param name="Deadline">When it had to be done; null means no deadline.</param>
/// <param name="Budget">What it was allowed to cost; null means no budget.</param>
/// <param name="RowsPerSecond">Rows read divided by the actual duration.</param>
/// <param name="Rejected">The options that the planner turned down, with its reasons.</param>
public sealed record ReportPlan(
    string Offering,
    long PlannedRows,
    long ActualRows,
    int PlannedWorkers,
    int ActualWorkers,
    Measured<TimeSpan> PlannedDuration,
    Measured<TimeSpan> ActualDuration,
    Measured<Money> PlannedCost,
    Measured<Money> ActualCost,
    DateTimeOffset? Deadline,
    Money? Budget,
    Measured<double> RowsPerSecond,
    IReadOnlyList<PlanOption> Rejected);
