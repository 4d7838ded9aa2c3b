using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>What one worker, or the coordinator, used in a run.</summary>
/// <param name="Name">The worker.</param>
/// <param name="Offering">What was rented.</param>
/// <param name="Purpose">"scoring" or "sealing and publishing".</param>
/// <param name="Rented">How long, over all its intervals.</param>
/// <param name="Busy">How long it worked; rework is part of it.</param>
/// <param name="Rework">How long it did work that was thrown away.</param>
/// <param name="Predictions">Predictions it made.</param>
/// <param name="Cost">What it cost; not measured without a price.</param>
public sealed record ReportWorker(string Name, string Offering, string Purpose, TimeSpan Rented, TimeSpan Busy, TimeSpan Rework, long Predictions,
    Measured<Money> Cost);
