using BatchEngine.Domain;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Execution;

/// <summary>
/// Runs one loaded model over units, with its own reused buffers. Not thread-safe: one per worker, all sharing the <see cref="LoadedModel"/>.
/// Scoring the same rows in the same unit gives the same bits, whatever was scored before.
/// </summary>
public interface IModelExecutor : IDisposable
{
    /// <summary>The stable name of the way it runs, as configuration and reports name it: "onnx-cpu", "onnx-cuda", "forest-...", "forest-ilgpu-cuda".</summary>
    string Name { get; }

    /// <summary>What the model reads and gives, as its file says.</summary>
    ModelSignature Signature { get; }

    /// <summary>One column per float of a prediction, in the order of the model's outputs.</summary>
    IReadOnlyList<OutputColumn> Outputs { get; }

    /// <summary>Whether <see cref="UnitPredictions.Confidence"/> is filled: the model is a classifier that gives probabilities.</summary>
    bool GivesConfidence { get; }

    /// <summary>Whether the model can take a missing value (NaN) in a numeric feature. Rows with one are rejected otherwise.</summary>
    bool AcceptsMissing { get; }

    /// <summary>Scores all rows of <paramref name="features"/>; sets <see cref="UnitPredictions.Rows"/> and fills every output column, and the confidence
    /// when it gives one.</summary>
    /// <param name="features">The unit, in the order of the model's features; not changed.</param>
    /// <param name="block">Grown when it is too small; rows keep their order.</param>
    void Score(FeatureMatrix features, UnitPredictions block);
}
