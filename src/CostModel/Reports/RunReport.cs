using System.Text.Json.Serialization;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>Everything that `runs show` and the HTML page say of one run. The same stored facts give the same report.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">Where it is.</param>
/// <param name="Note">Why it failed, was held or was cancelled; empty otherwise.</param>
/// <param name="Owner">The team that pays; empty means nobody said.</param>
/// <param name="ServingName">The name that applications look up.</param>
/// <param name="Model">The exact model.</param>
/// <param name="PlannedAt">When it was planned.</param>
/// <param name="StartedAt">When scoring started; null means not yet.</param>
/// <param name="EndedAt">When it reached a final state; null means not yet.</param>
/// <param name="AsOf">What is said was true at this instant: the end of the run, or the moment of the report when it has not ended.</param>
/// <param name="Plan">Planned against actual.</param>
/// <param name="Counts">Rows of all shards' durable units.</param>
/// <param name="DeadLetters">Where the rejected rows lie, blob names in order.</param>
/// <param name="Keys">Distinct keys in the snapshot; not measured before it is sealed.</param>
/// <param name="Shards">In index order.</param>
/// <param name="Workers">What each worker did, in the order of their names.</param>
/// <param name="Interruptions">Lost workers and shards taken over, in words and in order.</param>
/// <param name="Cost">The run's line of the cost summary.</param>
/// <param name="Baseline">What a real-time prediction costs, measured or assumed.</param>
/// <param name="Drift">Column by column; null means it was not judged yet.</param>
/// <param name="Gate">The limits of the drift verdict.</param>
/// <param name="Histograms">Of the columns that moved most, those first.</param>
/// <param name="Decisions">In order of time.</param>
/// <param name="Provenance">Model digest, input digest, files, features, snapshot, prices.</param>
public sealed record RunReport(
    RunId Run,
    RunState State,
    string Note,
    string Owner,
    string ServingName,
    ModelVersion Model,
    DateTimeOffset PlannedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset AsOf,
    ReportPlan Plan,
    RowCounts Counts,
    IReadOnlyList<string> DeadLetters,
    Measured<long> Keys,
    IReadOnlyList<ReportShard> Shards,
    IReadOnlyList<ReportWorker> Workers,
    IReadOnlyList<string> Interruptions,
    CostLine Cost,
    RealtimeBaseline Baseline,
    DriftReport? Drift,
    DriftRule Gate,
    IReadOnlyList<ReportHistogram> Histograms,
    IReadOnlyList<Decision> Decisions,
    IReadOnlyList<ReportFact> Provenance)
{
    /// <summary>What scoring read from object stores; null when the input is on this machine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoreTraffic? FromStores { get; init; }

    /// <summary>What was taken over from an earlier run, and what that saved.</summary>
    public ReportReuse Reuse { get; init; } = ReportReuse.None("not told");
}
