using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>What a lane needs of the world. Immutable.</summary>
/// <param name="Starter">Starts runs.</param>
/// <param name="SaveAsync">Keeps a job's state; when it returns, the state survives.</param>
/// <param name="DecideAsync">Records a decision.</param>
/// <param name="Settings">Bounds.</param>
/// <param name="Clock">The scheduler's clock.</param>
internal sealed record LanePorts(
    IRunStarter Starter,
    Func<string, LaneState, CancellationToken, Task> SaveAsync,
    Func<Decision, CancellationToken, Task> DecideAsync,
    TriggerSettings Settings,
    TimeProvider Clock);
