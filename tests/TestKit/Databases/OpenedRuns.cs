using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.TestKit.Databases;

/// <summary>Runs in the state that a test begins with, led by the test.</summary>
public static class OpenedRuns
{
    /// <summary>A lead of the run that holds until anybody else takes it, which is at once allowed.</summary>
    public static async Task<Lead> LeadAsync(StateDatabase database, RunId run, CancellationToken ct) =>
        ((LeadOutcome.Taken)await new LeadStore(database).TryTakeAsync(run, "a test", TimeSpan.Zero, ct)).Lead;

    /// <summary>Opens a recorded run for workers.</summary>
    public static async Task OpenAsync(StateDatabase database, RunId run, CancellationToken ct) =>
        await MoveAsync(database, run, RunState.Planned, RunState.Scoring, ct);

    /// <summary>Moves a run as its coordinator would; it must be there.</summary>
    public static async Task MoveAsync(StateDatabase database, RunId run, RunState from, RunState to, CancellationToken ct)
    {
        if (!await new RunStore(database).MoveAsync(await LeadAsync(database, run, ct), from, to, "", null, ct))
            throw new InvalidOperationException($"Run {run} is not {from}.");
    }
}
