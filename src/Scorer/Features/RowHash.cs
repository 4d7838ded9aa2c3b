using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>The arithmetic of <see cref="FeatureFingerprint"/>: columns are mixed one after the other into one accumulator a row, in tiles that stay in the
/// first-level cache.</summary>
/// <remarks>
/// Each step (exclusive or, shifted exclusive or, multiplication by an odd number) can be undone, so two rows that differ in one column pair never share a
/// fingerprint.
/// The shift before the multiplication matters: small whole numbers differ only in their top bits, and a product carries upwards only.
/// </remarks>
internal static class RowHash
{
    private const int TileRows = 512;
    private const int CanonicalNaN = 0x7FC0_0000;
    private const long CanonicalNaN64 = 0x7FF8_0000_0000_0000;
    private const ulong MissingMark = 0x9D39_247E_3377_6D41;
    private const ulong MixFactor = 0xD6E8_FEB8_6659_FD93;
    private const ulong LastFactor = 0xA24B_AED4_963E_E407;

    public static void Compute(FeatureMatrix features, ulong seed, Span<ulong> target)
    {
        for (var from = 0; from < target.Length; from += TileRows)
        {
            var tile = target.Slice(from, Math.Min(TileRows, target.Length - from));
            tile.Fill(seed);
            for (var feature = 0; feature < features.FeatureCount; feature++)
            {
                switch (features.Storage(feature))
                {
                    case FeatureStorage.Float32 when feature + 1 < features.FeatureCount && features.Storage(feature + 1) == FeatureStorage.Float32:
                        MixPair(features.Column(feature).Slice(from, tile.Length), features.Column(++feature).Slice(from, tile.Length), tile);
                        break;
                    case FeatureStorage.Float32:
                        var last = features.Column(feature).Slice(from, tile.Length);
                        MixPair(last, last, tile);
                        break;
                    case FeatureStorage.Float64:
                        MixDoubles(features.DoubleColumn(feature).Slice(from, tile.Length), tile);
                        break;
                    case FeatureStorage.Int64:
                        MixIntegers(features.IntegerColumn(feature).Slice(from, tile.Length), features.Present(feature)
                            .Slice(from, tile.Length), features.HasMissing(feature), tile);
                        break;
                    default:
                        MixTexts(features.TextColumn(feature), features.Present(feature).Slice(from, tile.Length), from, tile);
                        break;
                }
            }
            Finish(tile);
        }
    }

    /// <summary>Two float columns at once: together they are one 64-bit word.</summary>
    private static void MixPair(ReadOnlySpan<float> low, ReadOnlySpan<float> high, Span<ulong> hashes)
    {
        var lows = MemoryMarshal.Cast<float, Vector<float>>(low);
        var highs = MemoryMarshal.Cast<float, Vector<float>>(high);
        var targets = MemoryMarshal.Cast<ulong, Vector<ulong>>(hashes);
        for (var i = 0; i < lows.Length; i++)
        {
            Vector.Widen(CanonicalBits(lows[i]), out var low0, out var low1);
            Vector.Widen(CanonicalBits(highs[i]), out var high0, out var high1);
            targets[2 * i] = Mix(targets[2 * i], low0 | (high0 << 32));
            targets[2 * i + 1] = Mix(targets[2 * i + 1], low1 | (high1 << 32));
        }
        for (var row = lows.Length * Vector<float>.Count; row < low.Length; row++)
            hashes[row] = Mix(hashes[row], CanonicalBits(low[row]) | ((ulong)CanonicalBits(high[row]) << 32));
    }

    private static void MixDoubles(ReadOnlySpan<double> values, Span<ulong> hashes)
    {
        for (var row = 0; row < values.Length; row++)
        {
            // The two zeros differ: a model may divide by a feature.
            var bits = double.IsNaN(values[row]) ? CanonicalNaN64 : BitConverter.DoubleToInt64Bits(values[row]);
            hashes[row] = Mix(hashes[row], (ulong)bits);
        }
    }

    private static void MixIntegers(ReadOnlySpan<long> values, ReadOnlySpan<byte> present, bool hasMissing, Span<ulong> hashes)
    {
        for (var row = 0; row < values.Length; row++)
            hashes[row] = Mix(hashes[row], hasMissing && present[row] == 0 ? MissingMark : (ulong)values[row]);
    }

    private static void MixTexts(TextBuffer texts, ReadOnlySpan<byte> present, int from, Span<ulong> hashes)
    {
        for (var row = 0; row < hashes.Length; row++)
            hashes[row] = Mix(hashes[row], present[row] == 0 ? MissingMark : XxHash3.HashToUInt64(texts[from + row]));
    }

    /// <summary>Scrambles the accumulators so that every input bit moves every output bit.</summary>
    private static void Finish(Span<ulong> hashes)
    {
        var vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(hashes);
        foreach (ref var hash in vectors)
        {
            hash = Mix(hash, Vector<ulong>.Zero) * new Vector<ulong>(LastFactor);
            hash ^= hash >>> 32;
        }
        for (var row = vectors.Length * Vector<ulong>.Count; row < hashes.Length; row++)
        {
            var hash = Mix(hashes[row], 0) * LastFactor;
            hashes[row] = hash ^ (hash >>> 32);
        }
    }

    private static Vector<ulong> Mix(Vector<ulong> hash, Vector<ulong> value)
    {
        var mixed = hash ^ value;
        mixed = (mixed ^ (mixed >>> 32)) * new Vector<ulong>(MixFactor);
        return mixed ^ (mixed >>> 29);
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        var mixed = hash ^ value;
        mixed = (mixed ^ (mixed >>> 32)) * MixFactor;
        return mixed ^ (mixed >>> 29);
    }

    private static Vector<uint> CanonicalBits(Vector<float> values)
    {
        var isNumber = Vector.Equals(values, values);
        return Vector.AsVectorUInt32(Vector.ConditionalSelect(isNumber, Vector.AsVectorInt32(values), new Vector<int>(CanonicalNaN)));
    }

    private static uint CanonicalBits(float value) => float.IsNaN(value) ? CanonicalNaN : BitConverter.SingleToUInt32Bits(value);
}
