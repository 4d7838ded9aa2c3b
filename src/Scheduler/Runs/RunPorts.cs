using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>What other rooms do for a run; each is safe for several runs at once.</summary>
/// <param name="Preparation">Looks up what planning needs.</param>
/// <param name="Capacity">Says which capacity can be had.</param>
/// <param name="Gate">Judges a sealed run.</param>
/// <param name="Accounting">Posts the usage to the ledger.</param>
public sealed record RunPorts(IRunPreparation Preparation, ICapacitySource Capacity, IRunGate Gate, IRunAccounting Accounting);
