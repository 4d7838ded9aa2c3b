namespace BatchEngine.Domain;

/// <summary>
/// Which rows a profile counts, and how far a sample can be off. A run of fewer than twice <see cref="WholeRows"/> rows is counted whole; of a larger one,
/// one block of <see cref="BlockRows"/> rows is counted out of every
/// <see cref="OneInFor"/> consecutive ones, picked by the number of the block in the manifest alone: workers, shards, their order and a resume never show.
/// Pure and thread-safe.
/// </summary>
public static class ProfileSampling
{
    /// <summary>Rows of a block; blocks are cut at multiples of it over the manifest's row numbers.</summary>
    public const int BlockRows = 256;

    /// <summary>The least rows that are counted; all, where there are fewer.</summary>
    public const long WholeRows = 1_000_000;

    /// <summary>The bounds fail in one sample of this number.</summary>
    public const double OneWrongIn = 1_000;

    /// <summary>One block in this number is counted; 1 means every row.</summary>
    /// <param name="rows">Rows of the manifest.</param>
    public static int OneInFor(long rows) => (int)Math.Clamp(rows / WholeRows, 1, int.MaxValue);

    /// <summary>The block that is counted of the stratum, counted from 0 inside it. It looks random, so that no period of the data can hide from it.</summary>
    /// <param name="stratum">The number of consecutive blocks that one is picked from.</param>
    /// <param name="oneIn">Blocks in a stratum.</param>
    public static int PickOf(long stratum, int oneIn)
    {
        var mixed = (ulong)stratum + 0x9E37_79B9_7F4A_7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)oneIn);
    }

    /// <summary>How far the counted rows' cumulative shares can be from all rows' when neighbouring rows are unrelated (Dvoretzky, Kiefer, Wolfowitz;
    /// Massart's constant).</summary>
    /// <param name="rows">Rows counted.</param>
    public static double BoundOfUnrelatedRows(long rows) => rows <= 0 ? 1 : Math.Min(1, Math.Sqrt(Math.Log(2 * OneWrongIn) / (2.0 * rows)));

    /// <summary>The same at the edges of the bins whatever the order of the rows, even when all rows of a block are equal (Hoeffding over the strata, and the
    /// edges together).</summary>
    /// <param name="rows">Rows counted.</param>
    /// <param name="edges">Edges of the bins.</param>
    public static double BoundInAnyOrder(long rows, int edges) =>
        rows <= 0 ? 1 : Math.Min(1, Math.Sqrt(Math.Log(2.0 * Math.Max(1, edges) * OneWrongIn) / (2.0 * ((rows + BlockRows - 1) / BlockRows))));
}
