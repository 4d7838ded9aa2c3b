using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>What became of building a segment. Match it exhaustively.</summary>
public abstract record SegmentOutcome
{
    private SegmentOutcome()
    {
    }

    /// <summary>The segment was written.</summary>
    /// <param name="Keys">Distinct keys in it.</param>
    /// <param name="DuplicateKeys">Rows that a later row with the same key replaced.</param>
    /// <param name="Bytes">The length of the segment.</param>
    public sealed record Built(long Keys, long DuplicateKeys, long Bytes) : SegmentOutcome;

    /// <summary>Two rows have the same key and the policy is Fail; nothing was written.</summary>
    /// <param name="Key">The key that both have.</param>
    /// <param name="RowNumberA">The first row with it, over the manifest.</param>
    /// <param name="RowNumberB">The second row with it.</param>
    public sealed record DuplicateKeyFound(PredictionKey Key, long RowNumberA, long RowNumberB) : SegmentOutcome;
}
