using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>What a lane needs of the world.</summary>
/// <param name="Starter">Starts runs.</param>
/// <param name="Listener">Hears what became of them.</param>
/// <param name="Lanes">Keeps what is decided.</param>
/// <param name="Unstarted">Keeps what could not start.</param>
/// <param name="Settings">How many runs may wait or be caught up.</param>
/// <param name="Clock">The scheduler's clock.</param>
internal sealed record LanePorts(IRunStarter Starter, INightListener Listener, LaneStore Lanes, UnstartedRunStore Unstarted, TriggerSettings Settings,
    TimeProvider Clock);
