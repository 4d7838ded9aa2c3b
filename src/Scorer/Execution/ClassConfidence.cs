using System.Numerics.Tensors;

namespace BatchEngine.Scorer.Execution;

/// <summary>Tells the confidence from class probabilities.</summary>
internal static class ClassConfidence
{
    private const float Tolerance = 1e-3f;

    /// <summary>Fills <see cref="UnitPredictions.Confidence"/> with the largest probability; of a single one p, the larger of p and 1 - p. Values that are no
    /// probability give NaN.</summary>
    public static void Fill(UnitPredictions block, int fromColumn, int columns)
    {
        var confidence = block.Confidence;
        var first = block.Column(fromColumn);
        if (columns == 1)
        {
            for (var row = 0; row < confidence.Length; row++)
                confidence[row] = Bounded(Math.Max(first[row], 1 - first[row]));
            return;
        }
        first.CopyTo(confidence);
        for (var column = 1; column < columns; column++)
            TensorPrimitives.Max(confidence, block.Column(fromColumn + column), confidence);
        for (var row = 0; row < confidence.Length; row++)
            confidence[row] = Bounded(confidence[row]);
    }

    private static float Bounded(float value) => value is >= 0 and <= 1 + Tolerance ? Math.Min(value, 1f) : float.NaN;
}
