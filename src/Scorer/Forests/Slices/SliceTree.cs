using System.Runtime.CompilerServices;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>The slots of the bits of an exit's number, lowest first; unused ones are <see cref="SlicePlan.Zero"/>.</summary>
[InlineArray(MaxBits)]
internal struct SliceBits
{
    /// <summary>A number of exits fits into a byte.</summary>
    public const int MaxBits = 8;

    private ushort _first;
}

/// <summary>One tree of a group.</summary>
/// <param name="OpsFrom">Its first operation.</param>
/// <param name="OpsTo">The one after its last.</param>
/// <param name="BitCount">Bits of an exit's number.</param>
/// <param name="Bits">Where they are when the operations are done.</param>
/// <param name="TablesFrom">Its first leaf table.</param>
/// <param name="TablesTo">The one after its last.</param>
internal sealed record SliceTree(int OpsFrom, int OpsTo, int BitCount, SliceBits Bits, int TablesFrom, int TablesTo);
