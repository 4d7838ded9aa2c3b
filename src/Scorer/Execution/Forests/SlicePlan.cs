namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>A leaf value for every exit of a tree and one target. Immutable.</summary>
internal sealed record LeafTable(int Target, float[] Values);

/// <summary>A forest as operations on bits, 512 rows at a time. Immutable, shared by all workers.</summary>
internal sealed class SlicePlan
{
    /// <summary>Rows of a block: one bit each in a slot.</summary>
    public const int BlockRows = 512;

    /// <summary>Bytes of a slot: a cache line.</summary>
    public const int SlotBytes = BlockRows / 8;

    /// <summary>The slot whose bits are all 0.</summary>
    public const ushort Zero = 0;

    /// <summary>The slot whose bits are all 1.</summary>
    public const ushort One = 1;

    /// <summary>The most exits of a tree's top: their number is a byte.</summary>
    public const int MaxExits = 256;

    /// <summary>Slots of all conditions of a group, chosen so that they stay in the second-level cache.</summary>
    public const int MaxGroupSlots = 9_000;

    /// <summary>What the planes are, feature by feature.</summary>
    public required SlicePlane[] Planes { get; init; }

    /// <summary>The groups for blocks without missing values where it matters.</summary>
    public required SliceGroup[] Dense { get; init; }

    /// <summary>The groups for blocks with missing values; the same as <see cref="Dense"/> when no branch sends them to yes.</summary>
    public required SliceGroup[] Missing { get; init; }

    /// <summary>The leaf tables of all trees.</summary>
    public required LeafTable[] Tables { get; init; }

    /// <summary>The walk nodes at the exits of trees that are too large to be finished in bits.</summary>
    public required int[] Exits { get; init; }

    /// <summary>Slots that the largest group needs.</summary>
    public required int Slots { get; init; }

    /// <summary>Whether some tree is walked to its end.</summary>
    public bool HasTails => Exits.Length > 0;
}
