using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Execution;

/// <summary>
/// Runs one loaded model over units, with its own reused buffers. Not thread-safe: one per worker, all sharing the <see cref="LoadedModel"/>.
/// Scoring the same rows in the same unit gives the same bits, whatever was scored before.
/// </summary>
public interface IModelExecutor : IDisposable
{
    /// <summary>The model that it runs.</summary>
    LoadedModel Model { get; }

    /// <summary>Scores all rows of <paramref name="features"/>; sets <see cref="UnitPredictions.Rows"/> and fills every output column, and the confidence
    /// when the model gives one. Rows that the model refuses are noted in <see cref="UnitPredictions.Refused"/>.</summary>
    /// <param name="features">The unit, in the order of the model's features; not changed.</param>
    /// <param name="block">Grown when it is too small; rows keep their order.</param>
    void Score(FeatureMatrix features, UnitPredictions block);
}
