using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Finds the bin of each value among up to 255 edges: the number of edges at or below it, in as many steps as their number has bits, without
/// branches. Immutable, so thread-safe.</summary>
/// <remarks>The edges are padded with NaN, which no value reaches. NaN itself falls into bin 0; the caller counts it apart.</remarks>
internal sealed class BinSearch
{
    private const int Padded = 256;
    private readonly float[] _edges = new float[Padded];
    private readonly int _firstStep;

    /// <summary>Prepares the search.</summary>
    /// <param name="edges">Strictly increasing, at most 255.</param>
    public BinSearch(IReadOnlyList<float> edges)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(edges.Count, Padded - 1);
        Array.Fill(_edges, float.NaN);
        _firstStep = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)edges.Count + 1) / 2;
        for (var i = 0; i < edges.Count; i++)
            _edges[i] = edges[i];
    }

    /// <summary>The bins of all values.</summary>
    /// <param name="values">Any floats.</param>
    /// <param name="bins">At least as long.</param>
    public void Find(ReadOnlySpan<float> values, Span<byte> bins)
    {
        var from = 0;
        if (Avx2.IsSupported)
            from = FindByGather(values, bins);
        for (; from < values.Length; from++)
            bins[from] = Find(values[from]);
    }

    /// <summary>The bin of one value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Find(float value)
    {
        ref var edges = ref MemoryMarshal.GetArrayDataReference(_edges);
        var bin = 0;
        for (var step = _firstStep; step > 0; step >>= 1)
        {
            // The edge before the upper half: when the value reaches it, at least bin + step edges are at or below.
            bin += value >= Unsafe.Add(ref edges, bin + step - 1) ? step : 0;
        }
        return (byte)bin;
    }

    private unsafe int FindByGather(ReadOnlySpan<float> values, Span<byte> bins)
    {
        var i = 0;
        fixed (float* edges = _edges)
        {
            for (; i <= values.Length - 16; i += 16)
            {
                var low = Vector256.Create(values[i..]);
                var high = Vector256.Create(values[(i + 8)..]);
                var lowBin = Vector256<int>.Zero;
                var highBin = Vector256<int>.Zero;
                for (var step = _firstStep; step > 0; step >>= 1)
                {
                    var ahead = Vector256.Create(step - 1);
                    var width = Vector256.Create(step);
                    var lowEdge = Avx2.GatherVector256(edges, lowBin + ahead, sizeof(float));
                    var highEdge = Avx2.GatherVector256(edges, highBin + ahead, sizeof(float));
                    lowBin += Vector256.GreaterThanOrEqual(low, lowEdge).AsInt32() & width;
                    highBin += Vector256.GreaterThanOrEqual(high, highEdge).AsInt32() & width;
                }
                var shorts = Vector256.Narrow(lowBin.AsUInt32(), highBin.AsUInt32());
                Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).CopyTo(bins[i..]);
            }
        }
        return i;
    }
}
