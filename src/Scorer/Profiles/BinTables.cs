using System.Runtime.Intrinsics;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Constant tables in registers.</summary>
internal static class BinTables
{
    private static readonly byte[] s_bitsOfNibbles = [.. Enumerable.Repeat<byte[]>([0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4], 4).SelectMany(t => t)];

    /// <summary>How many bits each number below 16 has, four times over.</summary>
    public static Vector512<byte> BitsOfNibbles => Vector512.Create<byte>(s_bitsOfNibbles);
}
