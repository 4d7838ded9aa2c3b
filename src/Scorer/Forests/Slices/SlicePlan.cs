using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>A leaf value for every exit of a tree and one target.</summary>
internal sealed record LeafTable(int Target, float[] Values);

/// <summary>A forest as operations on bits, 512 rows at a time. Immutable, shared by all workers.</summary>
internal sealed class SlicePlan
{
    /// <summary>Rows of a block: one bit each in a slot.</summary>
    public const int BlockRows = ForestKernel.SliceRows;

    /// <summary>Bytes of a slot: a cache line.</summary>
    public const int SlotBytes = BlockRows / 8;

    /// <summary>The slot whose bits are all 0.</summary>
    public const ushort Zero = 0;

    /// <summary>The slot whose bits are all 1.</summary>
    public const ushort One = 1;

    /// <summary>The most exits of a tree's top: their number is a byte.</summary>
    public const int MaxExits = 256;

    /// <summary>The exits of a top that is walked on from: one level more doubles the choices, which then cost more than a step of a walk. Measured on a
    /// random forest of depth 12: 64 and 128 are equally
    /// good with AVX-512, 256 is a third slower; AVX2 likes 32 to 64.</summary>
    public const int WalkedExits = 64;

    /// <summary>Slots of all conditions of a group, chosen so that they stay in the second-level cache.</summary>
    public const int MaxGroupSlots = 9_000;

    /// <summary>The same when trees are walked on from their exits: their conditions are hardly ever shared, so groups gain little from being large.</summary>
    public const int MaxWalkedGroupSlots = 3_000;

    /// <summary>What the planes are, feature by feature.</summary>
    public required SlicePlane[] Planes { get; init; }

    /// <summary>The groups for blocks without missing values where it matters.</summary>
    public required SliceGroup[] Dense { get; init; }

    /// <summary>The groups for blocks with missing values; the same as <see cref="Dense"/> when no branch sends them to yes.</summary>
    public required SliceGroup[] Missing { get; init; }

    /// <summary>The leaf tables of all trees.</summary>
    public required LeafTable[] Tables { get; init; }

    /// <summary>What lies below the exits when some tree is too large to be finished in bits: then all trees are walked to their ends, and there are no
    /// tables. Null otherwise.</summary>
    public required TailForest? Tails { get; init; }

    /// <summary>Slots that the largest group needs.</summary>
    public required int Slots { get; init; }
}
