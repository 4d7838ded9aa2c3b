using BatchEngine.Domain;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Counts one column over fixed bins, unit by unit. Sums run in row order, so the same units give the same bits. Not thread-safe.</summary>
internal abstract class ColumnTally(BinEdges edges, bool isOutput)
{
    /// <summary>The bins.</summary>
    public BinEdges Edges { get; } = edges;

    /// <summary>Whether it is an output of the model.</summary>
    public bool IsOutput { get; } = isOutput;

    /// <summary>What was counted so far; counting goes on.</summary>
    public abstract ColumnProfile Current();

    /// <summary>Goes on from what was counted before a checkpoint, as if nothing had been interrupted.</summary>
    public abstract void Restore(ColumnProfile saved);
}
