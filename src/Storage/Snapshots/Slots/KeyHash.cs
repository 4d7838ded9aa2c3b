using System.IO.Hashing;
using System.Numerics;

namespace BatchEngine.Storage.Snapshots.Slots;

/// <summary>The 64-bit hash of a key. Its top bits choose the partition, its low 32 bits the slot in a segment, bits 32 to 39 the slot's tag; part of the
/// file formats.</summary>
internal static class KeyHash
{
    /// <summary>The most partitions a snapshot may have.</summary>
    public const int MaxPartitions = 65_536;

    /// <summary>Mixes an integer key so that every input bit reaches every output bit. One-to-one: two keys never share a hash.</summary>
    public static ulong Of(long key)
    {
        var x = (ulong)key + 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    /// <summary>XxHash3 (64 bits, seed 0) of a text key's UTF-8 bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> utf8) => XxHash3.HashToUInt64(utf8);

    /// <summary>The partition of a hash, counted from 0: its top bits.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="partitionCount">A power of two from 1 to <see cref="MaxPartitions"/>.</param>
    public static int PartitionOf(ulong hash, int partitionCount) => (int)((hash >> 32) * (ulong)partitionCount >> 32);

    /// <summary>The tag that a segment keeps of a hash: bits 32 to 39, never 0, which means an empty slot.</summary>
    internal static byte TagOf(ulong hash) => Math.Max((byte)(hash >> 32), (byte)1);

    /// <summary>Throws unless the count is a power of two from 1 to <see cref="MaxPartitions"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void RequirePartitionCount(int partitionCount)
    {
        if (partitionCount is < 1 or > MaxPartitions || !BitOperations.IsPow2(partitionCount))
            throw new ArgumentOutOfRangeException(nameof(partitionCount), partitionCount,
                $"The partition count must be a power of two from 1 to {MaxPartitions}.");
    }
}
