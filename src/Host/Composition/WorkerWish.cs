using BatchEngine.Domain;

namespace BatchEngine.Host.Composition;

/// <summary>How a worker works.</summary>
/// <param name="Name">A name that no other worker has at this time.</param>
/// <param name="Offering">What this machine is rented as.</param>
/// <param name="BilledShare">The part of its time that is billed, because others share the machine.</param>
/// <param name="Roams">Whether it leaves a run of which every shard is held by others, because there may be work in another.</param>
/// <param name="IsLeashed">Whether it is the child of a coordinator, which seals itself.</param>
/// <param name="Drain">How long the unit in hand may take once it is asked to leave.</param>
internal sealed record WorkerWish(string Name, Offering Offering, double BilledShare, bool Roams, bool IsLeashed, TimeSpan Drain);
