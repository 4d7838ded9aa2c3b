using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.CostModel.Drift;

/// <summary>Finds the baseline that a job's rule names and compares a run with it. Thread-safe; writes nothing, so judging twice says the same as long as the
/// baseline stays.</summary>
/// <param name="database">The database.</param>
public sealed class DriftJudge(StateDatabase database)
{
    private readonly RunStore _runs = new(database);
    private readonly ProfileStore _profiles = new(database);
    private readonly SnapshotStore _snapshots = new(database);

    /// <summary>Compares the run with its baseline. Without one every column is not measured.</summary>
    /// <param name="run">The run judged.</param>
    /// <param name="current">Its merged profiles.</param>
    /// <param name="rule">The limits and the baseline: "previous", "first" or a run id.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="BadInputException">The baseline is none of the three.</exception>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<DriftReport> JudgeAsync(RunId run, IReadOnlyList<ColumnProfile> current, DriftRule rule, CancellationToken ct)
    {
        var baseline = await BaselineAsync(run, rule, ct).ConfigureAwait(false);
        var profiles = baseline is { } found ? await _profiles.FindAsync(found, ct).ConfigureAwait(false) : [];
        var report = DriftComparison.Compare(run, baseline, profiles, current, rule);
        return baseline is null || profiles.Count > 0 ? report
            : report with { UnknownBaseline = $"no profiles are known of {baseline}, with which this run was to be compared" };
    }

    /// <summary>The run to compare with; null means there is none yet. "previous" is the newest run that was due before this one and that a gate or
    /// a person let pass: published, or completed behind a newer one. One that was taken back by a roll-back does not count: the newest is then the run that
    /// serves.</summary>
    /// <exception cref="BadInputException">The rule's baseline is neither "previous" nor "first" nor a run id.</exception>
    public async Task<RunId?> BaselineAsync(RunId run, DriftRule rule, CancellationToken ct)
    {
        switch (rule.Baseline)
        {
            case "previous":
                var newest = await ServingBeforeAsync(run, ct).ConfigureAwait(false) ?? run.ScheduledAt.AddTicks(-1);
                return await _runs.LatestPassedAsync(run.Job, newest, ct).ConfigureAwait(false);
            case "first":
                return await _runs.FirstPublishedAsync(run.Job, ct).ConfigureAwait(false) is { } first && first != run ? first : null;
            default:
                try
                {
                    return RunId.Parse(rule.Baseline);
                }
                catch (FormatException failure)
                {
                    throw new BadInputException("quality.drift.baseline", $"'{rule.Baseline}'", "previous, first or a run id such as churn_20261123T020000Z",
                        "List the runs with: batchengine runs list.", failure);
                }
        }
    }

    /// <summary>The instant of the job's run that serves, when it was due before this one; else null.</summary>
    private async Task<DateTimeOffset?> ServingBeforeAsync(RunId run, CancellationToken ct)
    {
        var plan = await _runs.PlanAsync(run, ct).ConfigureAwait(false);
        return plan is not null && await _snapshots.CurrentAsync(plan.Job.Serving.Name, ct).ConfigureAwait(false) is { } serving
            && serving.Run.Job == run.Job && serving.Run.ScheduledAt < run.ScheduledAt ? serving.Run.ScheduledAt : null;
    }
}
