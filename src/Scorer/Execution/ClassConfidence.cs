using System.Numerics.Tensors;

namespace BatchEngine.Scorer.Execution;

/// <summary>Tells the confidence from class probabilities.</summary>
internal static class ClassConfidence
{
    private const float Tolerance = 1e-3f;

    /// <summary>Fills <see cref="UnitPredictions.Confidence"/>: of one label with several classes the largest probability; of a probability p that stands alone
    /// the larger of p and 1 - p, so a label that is surely not there is sure; of several labels the least sure one. Values that are no probability give
    /// NaN.</summary>
    public static void Fill(UnitPredictions block, ProbabilityColumns columns)
    {
        var confidence = block.Confidence;
        FillLabel(block, columns.From, columns.Classes, confidence);
        if (columns.Count > columns.Classes)
        {
            var label = new float[confidence.Length];
            for (var from = columns.Classes; from < columns.Count; from += columns.Classes)
            {
                FillLabel(block, columns.From + from, columns.Classes, label);
                for (var row = 0; row < label.Length; row++)
                    confidence[row] = MathF.Min(confidence[row], label[row]);
            }
        }
    }

    private static void FillLabel(UnitPredictions block, int from, int classes, Span<float> confidence)
    {
        var first = block.Column(from);
        if (classes == 1)
        {
            for (var row = 0; row < confidence.Length; row++)
                confidence[row] = Bounded(Math.Max(first[row], 1 - first[row]));
            return;
        }
        first.CopyTo(confidence);
        for (var column = 1; column < classes; column++)
            TensorPrimitives.Max(confidence, block.Column(from + column), confidence);
        for (var row = 0; row < confidence.Length; row++)
            confidence[row] = Bounded(confidence[row]);
    }

    private static float Bounded(float value) => value is >= 0 and <= 1 + Tolerance ? Math.Min(value, 1f) : float.NaN;
}
