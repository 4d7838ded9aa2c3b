using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Execution;

/// <summary>Makes predictions of sums that a forest's first trees left, by its other trees alone; the bits are those of the whole forest. Not thread-safe:
/// one per worker.</summary>
public interface ISumContinuation : IDisposable
{
    /// <summary>Goes on for all rows.</summary>
    /// <param name="features">The unit, in the order of the model's features; not changed.</param>
    /// <param name="block">Has as many rows, and holds the first trees' sums: behind the outputs where it keeps sums, else as the outputs. Holds the
    /// predictions afterwards, and the new sums where it keeps them.</param>
    void Continue(FeatureMatrix features, UnitPredictions block);
}
