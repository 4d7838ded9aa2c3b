namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>
/// The numbers of a top's exits. Each exit owns an aligned range, so that whole subtrees agree in their upper bits and the choice between two halves is the
/// condition itself;
/// a complete tree of depth 6 needs 57 operations this way, about half of what counting from left to right needs.
/// </summary>
/// <param name="BitCount">Bits of a number.</param>
/// <param name="From">By exit its first number.</param>
/// <param name="FreeBits">By exit how many low bits do not matter.</param>
internal sealed record SliceNumbering(int BitCount, int[] From, int[] FreeBits)
{
    /// <summary>The fewest bits that can number the exits.</summary>
    public static int MinBits(SliceTop top) => 32 - int.LeadingZeroCount(top.ExitCount - 1);

    /// <summary>Numbers from left to right; for trees that share children.</summary>
    public static SliceNumbering Counted(SliceTop top) => new(MinBits(top), [.. Enumerable.Range(0, top.ExitCount)], new int[top.ExitCount]);

    /// <summary>The model's node at the exit of every number; numbers that nothing leads to take the first exit.</summary>
    public int[] NodeByNumber(SliceTop top)
    {
        var nodes = new int[1 << BitCount];
        Array.Fill(nodes, top.Exits[0]);
        for (var exit = 0; exit < From.Length; exit++)
            nodes.AsSpan(From[exit], 1 << FreeBits[exit]).Fill(top.Exits[exit]);
        return nodes;
    }
}
