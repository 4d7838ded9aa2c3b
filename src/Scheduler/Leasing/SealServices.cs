using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>What a sealer needs; every part is safe for several sealers at once.</summary>
/// <param name="Stores">What survives.</param>
/// <param name="Log">Hears every event.</param>
/// <param name="Processes">Tells which holders of leases have ended; null means that only time ends a lease.</param>
/// <param name="Clock">For waits and usage; leases go by the database's clock.</param>
public sealed record SealServices(RunStores Stores, IRunLog Log, IProcesses? Processes, TimeProvider Clock);
