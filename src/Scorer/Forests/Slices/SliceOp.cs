namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>One choice for all rows of a block: target = condition ? yes : no, bit by bit. Slots of 64 bytes each.</summary>
internal readonly record struct SliceOp(ushort Condition, ushort Yes, ushort No, ushort Target);
