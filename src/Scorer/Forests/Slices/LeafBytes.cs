using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Leaf tables as four byte tables each, looked up by byte permutes for 64 rows at once and put together again without gathers. Immutable.</summary>
internal sealed unsafe class LeafBytes : IDisposable
{
    private const int Line = 64;

    private readonly AlignedBuffer<byte> _bytes;
    private readonly (int From, int Width)[] _tables;

    public LeafBytes(SlicePlan plan)
    {
        _tables = new (int, int)[plan.Tables.Length];
        var length = 0;
        for (var i = 0; i < _tables.Length; i++)
        {
            var width = plan.Tables[i].Values.Length switch { <= 64 => 64, <= 128 => 128, _ => 256 };
            _tables[i] = (length, width);
            length = checked(length + (4 * width));
        }
        _bytes = new AlignedBuffer<byte>(Math.Max(length, Line));
        for (var i = 0; i < _tables.Length; i++)
        {
            var (from, width) = _tables[i];
            var values = plan.Tables[i].Values;
            var bytes = (byte*)_bytes.Address(from);
            for (var leaf = 0; leaf < values.Length; leaf++)
            {
                var bits = BitConverter.SingleToUInt32Bits(values[leaf]);
                for (var part = 0; part < 4; part++)
                    bytes[(part * width) + leaf] = (byte)(bits >> (8 * part));
            }
        }
    }

    /// <summary>Where a row's score stands: unpacking works inside quarters of a register, and the order is only put right when scores leave the
    /// block.</summary>
    public static int ScoreIndex(int row) => (row & ~63) | (((row >> 2) & 3) << 4) | (((row >> 4) & 3) << 2) | (row & 3);

    /// <summary>Adds a table's values at the exits of 512 rows to the scores.</summary>
    public void Add(int table, byte* exits, float* scores)
    {
        var (from, width) = _tables[table];
        var bytes = (byte*)_bytes.Address(from);
        if (width == 64)
            Add64(bytes, exits, scores);
        else if (width == 128)
            Add128(bytes, exits, scores);
        else
            Add256(bytes, exits, scores);
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add64(byte* bytes, byte* exits, float* scores)
    {
        var (t0, t1, t2, t3) = (Vector512.Load(bytes), Vector512.Load(bytes + Line), Vector512.Load(bytes + (2 * Line)), Vector512.Load(bytes + (3 * Line)));
        for (var row = 0; row < SlicePlan.BlockRows; row += Line)
        {
            var exit = Vector512.Load(exits + row);
            Join(Avx512Vbmi.PermuteVar64x8(t0, exit), Avx512Vbmi.PermuteVar64x8(t1, exit), Avx512Vbmi.PermuteVar64x8(t2, exit),
                Avx512Vbmi.PermuteVar64x8(t3, exit), scores + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add128(byte* bytes, byte* exits, float* scores)
    {
        for (var row = 0; row < SlicePlan.BlockRows; row += Line)
        {
            var exit = Vector512.Load(exits + row);
            Join(Two(bytes, exit), Two(bytes + (2 * Line), exit), Two(bytes + (4 * Line), exit), Two(bytes + (6 * Line), exit), scores + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add256(byte* bytes, byte* exits, float* scores)
    {
        for (var row = 0; row < SlicePlan.BlockRows; row += Line)
        {
            var exit = Vector512.Load(exits + row);
            Join(Four(bytes, exit), Four(bytes + (4 * Line), exit), Four(bytes + (8 * Line), exit), Four(bytes + (12 * Line), exit), scores + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Two(byte* bytes, Vector512<byte> exit) =>
        Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(bytes), exit, Vector512.Load(bytes + Line));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Four(byte* bytes, Vector512<byte> exit) =>
        Vector512.ConditionalSelect(Vector512.LessThan(exit, Vector512.Create((byte)128)), Two(bytes, exit), Two(bytes + (2 * Line), exit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(Vector512<byte> b0, Vector512<byte> b1, Vector512<byte> b2, Vector512<byte> b3, float* scores)
    {
        var (low01, high01) = (Avx512BW.UnpackLow(b0, b1).AsUInt16(), Avx512BW.UnpackHigh(b0, b1).AsUInt16());
        var (low23, high23) = (Avx512BW.UnpackLow(b2, b3).AsUInt16(), Avx512BW.UnpackHigh(b2, b3).AsUInt16());
        Add(Avx512BW.UnpackLow(low01, low23).AsSingle(), scores);
        Add(Avx512BW.UnpackHigh(low01, low23).AsSingle(), scores + 16);
        Add(Avx512BW.UnpackLow(high01, high23).AsSingle(), scores + 32);
        Add(Avx512BW.UnpackHigh(high01, high23).AsSingle(), scores + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<float> values, float* scores) => (Vector512.Load(scores) + values).Store(scores);
}
