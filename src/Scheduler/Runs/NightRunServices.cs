using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Runs;

/// <summary>What the coordinator of a run needs; every part is safe for several runs at once.</summary>
/// <param name="Stores">What survives, as the workers see it.</param>
/// <param name="Ports">What other rooms do for a run.</param>
/// <param name="Log">Hears every event.</param>
/// <param name="Clock">For waits, usage and the deadline; leases go by the database's clock.</param>
public sealed record NightRunServices(RunStores Stores, RunPorts Ports, IRunLog Log, TimeProvider Clock);
