namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>The conditions that a group of trees asks of one plane.</summary>
internal readonly record struct SliceRun(int Plane, int From, int ToExclusive);

/// <summary>Trees in a row whose conditions fit into the cache together.</summary>
/// <param name="Runs">Which conditions come from which plane.</param>
/// <param name="Conditions">All conditions of the group.</param>
/// <param name="Ops">The operations of all its trees.</param>
/// <param name="Trees">Its trees.</param>
internal sealed record SliceGroup(SliceRun[] Runs, SliceCondition[] Conditions, SliceOp[] Ops, SliceTree[] Trees);
