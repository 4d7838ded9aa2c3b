using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>What a lane needs of the world.</summary>
/// <param name="Starter">Starts runs.</param>
/// <param name="Lanes">Keeps what is decided.</param>
/// <param name="Settings">How many runs may wait or be caught up.</param>
/// <param name="Clock">The scheduler's clock.</param>
internal sealed record LanePorts(IRunStarter Starter, LaneStore Lanes, TriggerSettings Settings, TimeProvider Clock);
