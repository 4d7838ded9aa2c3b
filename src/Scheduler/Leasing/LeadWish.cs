using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>The wish to lead a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Holder">The process that asks.</param>
/// <param name="Policy">How the lead is held.</param>
/// <param name="Wait">How long to wait for it; zero asks once.</param>
internal sealed record LeadWish(RunId Run, string Holder, LeasePolicy Policy, TimeSpan Wait);
