using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Slices on AVX-512 with VBMI and GFNI: a slot is one register, a leaf table is a byte permute, an exit's number a bit matrix turned over.</summary>
internal sealed unsafe class SliceKernel512 : SliceKernel
{
    private const int Lanes = 64;
    private const byte AndOr = 0xE0;
    private const byte Select = 0xCA;

    private readonly LeafBytes _leaves;

    public SliceKernel512(ForestModel model, WalkForest walk, SlicePlan plan) : base(model, walk, plan) => _leaves = new LeafBytes(plan);

    /// <summary>Whether this processor has it all.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512Vbmi.IsSupported && Gfni.V512.IsSupported;

    /// <inheritdoc/>
    public override string Name => KernelNames.Slices512;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _leaves.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override bool Rank(SlicePlane plane, float* values, byte* bits) => Search512.Rank(plane, values, bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void NoteMissing(float* values, byte* missing)
    {
        for (var i = 0; i < SlicePlan.BlockRows; i += 16)
        {
            var x = Vector512.Load(values + i);
            *(ushort*)(missing + (i / 8)) = (ushort)~Vector512.Equals(x, x).ExtractMostSignificantBits();
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Ask(byte* bits, byte* missing, ReadOnlySpan<SliceCondition> conditions)
    {
        var steps = Scratch.Steps;
        Steps(bits, steps + (17 * SlicePlan.SlotBytes));
        Steps(bits + (4 * SlicePlan.SlotBytes), steps);
        Vector512<byte>.Zero.Store(steps + (16 * SlicePlan.SlotBytes));
        var slots = Scratch.Slots;
        foreach (ref readonly var condition in conditions)
        {
            var high = steps + (condition.High * SlicePlan.SlotBytes);
            var low = Vector512.Load(steps + ((17 + condition.Low) * SlicePlan.SlotBytes));
            var answer = Avx512F.TernaryLogic(Vector512.Load(high), Vector512.Load(high + SlicePlan.SlotBytes), low, AndOr);
            if (condition.MissingIsYes)
                answer |= Vector512.Load(missing);
            answer.Store(slots + (condition.Slot * SlicePlan.SlotBytes));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Choose(ReadOnlySpan<SliceOp> ops)
    {
        var slots = Scratch.Slots;
        foreach (ref readonly var op in ops)
        {
            var asked = Vector512.Load(slots + ((uint)op.Condition * SlicePlan.SlotBytes));
            var yes = Vector512.Load(slots + ((uint)op.Yes * SlicePlan.SlotBytes));
            var no = Vector512.Load(slots + ((uint)op.No * SlicePlan.SlotBytes));
            Avx512F.TernaryLogic(asked, yes, no, Select).Store(slots + ((uint)op.Target * SlicePlan.SlotBytes));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void AddLeaves(SliceTree tree)
    {
        var exits = stackalloc byte[SlicePlan.BlockRows + Lanes];
        exits = (byte*)(((nuint)exits + Lanes - 1) & ~(nuint)(Lanes - 1));
        Exits512.Write(Scratch.Slots, tree, exits);
        for (var i = tree.TablesFrom; i < tree.TablesTo; i++)
            _leaves.Add(i, exits, Scratch.Scores + (Plan.Tables[i].Target * SlicePlan.BlockRows));
    }

    /// <inheritdoc/>
    protected override void WriteExits(SliceTree tree, byte* exits) => Exits512.Write(Scratch.Slots, tree, exits);

    /// <inheritdoc/>
    protected override void TakeScores(int target, float* from, int count)
    {
        var to = Scratch.Scores + (target * SlicePlan.BlockRows);
        var row = 0;
        for (; row + 4 <= count; row += 4)
            Vector128.Load(from + row).Store(to + LeafBytes.ScoreIndex(row));
        for (; row < count; row++)
            to[LeafBytes.ScoreIndex(row)] = from[row];
    }

    /// <inheritdoc/>
    protected override void CopyScores(int target, float* to, int count)
    {
        var from = Scratch.Scores + (target * SlicePlan.BlockRows);
        var row = 0;
        for (; row + 4 <= count; row += 4)
            Vector128.Load(from + LeafBytes.ScoreIndex(row)).Store(to + row);
        for (; row < count; row++)
            to[row] = from[LeafBytes.ScoreIndex(row)];
    }

    // "At least 0..15" of a number of four bits: its upper two and lower two bits first, then all pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps(byte* bits, byte* steps)
    {
        var (b0, b1) = (Vector512.Load(bits), Vector512.Load(bits + SlicePlan.SlotBytes));
        var (b2, b3) = (Vector512.Load(bits + (2 * SlicePlan.SlotBytes)), Vector512.Load(bits + (3 * SlicePlan.SlotBytes)));
        var ones = Vector512<byte>.AllBitsSet;
        var (low1, low3) = (b0 | b1, b0 & b1);
        Quarter(steps, ones, b2 | b3, low1, b1, low3);
        Quarter(steps + (4 * SlicePlan.SlotBytes), b2 | b3, b3, low1, b1, low3);
        Quarter(steps + (8 * SlicePlan.SlotBytes), b3, b2 & b3, low1, b1, low3);
        Quarter(steps + (12 * SlicePlan.SlotBytes), b2 & b3, Vector512<byte>.Zero, low1, b1, low3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(byte* steps, Vector512<byte> high, Vector512<byte> higher, Vector512<byte> low1, Vector512<byte> low2, Vector512<byte> low3)
    {
        high.Store(steps);
        Avx512F.TernaryLogic(high, higher, low1, AndOr).Store(steps + SlicePlan.SlotBytes);
        Avx512F.TernaryLogic(high, higher, low2, AndOr).Store(steps + (2 * SlicePlan.SlotBytes));
        Avx512F.TernaryLogic(high, higher, low3, AndOr).Store(steps + (3 * SlicePlan.SlotBytes));
    }
}
