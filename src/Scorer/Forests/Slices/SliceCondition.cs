namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>A question of the trees, asked once for all rows of a block and kept as one bit a row.</summary>
/// <param name="Slot">Where its bits are kept.</param>
/// <param name="High">The rank it starts from, upper four bits; 16 means never.</param>
/// <param name="Low">The same, lower four bits.</param>
/// <param name="MissingIsYes">A missing value answers yes.</param>
internal readonly record struct SliceCondition(ushort Slot, byte High, byte Low, bool MissingIsYes);
