namespace BatchEngine.Domain;

/// <summary>A shard whose files did not change since the base run: its receipt names what the base run wrote, and nothing is read.</summary>
/// <param name="Index">The shard in this plan, counted from 0.</param>
/// <param name="BaseIndex">The same row groups' shard in the base run's plan.</param>
/// <param name="RowNumberShift">Added to the base run's row numbers, because files before it came or went.</param>
public sealed record CarriedShard(int Index, int BaseIndex, long RowNumberShift);
