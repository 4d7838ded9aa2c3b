using System.Numerics.Tensors;

namespace BatchEngine.Scorer.Execution;

/// <summary>Tells the confidence from class probabilities.</summary>
internal static class ClassConfidence
{
    private const float Tolerance = 1e-3f;
    private const int RowsAtOnce = 1_024;

    // Probabilities that differ less are equal: rounding decides between them.
    private const float Tied = 1e-5f;

    /// <summary>Fills <see cref="UnitPredictions.Confidence"/>: of one label with several classes the probability of the label that the model gives, and where
    /// that is not known the largest; of a probability p that stands alone
    /// the larger of p and 1 - p, so a label that is surely not there is sure; of several labels the least sure one. Values that are no probability give
    /// NaN.</summary>
    public static void Fill(UnitPredictions block, ProbabilityColumns columns)
    {
        var confidence = block.Confidence;
        block.LabelsBesideTheLargest = 0;
        FillLabel(block, columns.From, columns.Classes, confidence);
        if (columns.Label is { } label)
            FillGiven(block, columns, label, confidence);
        if (columns.Count > columns.Classes)
        {
            var others = new float[confidence.Length];
            for (var from = columns.Classes; from < columns.Count; from += columns.Classes)
            {
                FillLabel(block, columns.From + from, columns.Classes, others);
                for (var row = 0; row < others.Length; row++)
                    confidence[row] = MathF.Min(confidence[row], others[row]);
            }
        }
    }

    // A model may give another label than the one of its largest probability; the confidence is that of the label.
    private static void FillGiven(UnitPredictions block, ProbabilityColumns columns, GivenLabel label, Span<float> confidence)
    {
        Span<int> classes = stackalloc int[Math.Min(confidence.Length, RowsAtOnce)];
        for (var from = 0; from < confidence.Length; from += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, confidence.Length - from);
            label.FillClasses(block, from, classes[..rows]);
            for (var row = 0; row < rows; row++)
            {
                if (classes[row] < 0)
                {
                    // A label that is no class has no probability.
                    block.LabelsBesideTheLargest++;
                    confidence[from + row] = float.NaN;
                    continue;
                }
                var given = block.Column(columns.From + classes[row])[from + row];
                if (given >= confidence[from + row])
                    continue;
                block.LabelsBesideTheLargest += given < confidence[from + row] - Tied ? 1 : 0;
                confidence[from + row] = Bounded(given);
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
