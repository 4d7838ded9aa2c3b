using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Pauses and resumes scheduled jobs. What is set holds for every process that schedules from the database, now and after a restart.</summary>
/// <param name="database">The state database.</param>
public sealed class PauseSwitch(StateDatabase database)
{
    private readonly LaneStore _lanes = new(database);

    /// <summary>Stops firing a job until it is resumed, or fires it again from its next occurrence on; a run going on ends. Setting what is set changes
    /// nothing.</summary>
    /// <returns>False means that no such job is scheduled.</returns>
    public async Task<bool> SetAsync(string job, bool isPaused, CancellationToken ct) =>
        (await LaneUpdate.MakeAsync(_lanes, job, (state, now) => LaneChange.Paused(state, isPaused, now), ct).ConfigureAwait(false)).Stored.State is not null;
}
