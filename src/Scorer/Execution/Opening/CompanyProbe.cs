using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Onnx;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>
/// Looks whether a row's scores depend on the rows beside it, as they do where a model quantises its batch by the batch's own largest value, or uses the
/// batch's mean: the same made-up rows are scored alone, and again in other order among other rows.
/// </summary>
/// <remarks>A matrix kernel may choose another way for another number of rows, and sums of floats then differ in their last bits: that is what the executor's
/// tolerance covers. A dependence is larger by orders of magnitude.</remarks>
internal static class CompanyProbe
{
    /// <summary>A difference that rounding cannot make, in shares of the largest score of its output.</summary>
    public const double Share = 1e-3;

    private const int Looked = 24;
    private const int Others = 40;
    private const float OtherScale = 100;

    /// <summary>How the scores depend on the batch, in a sentence; null when they do not, or when nothing could be made up to try.</summary>
    public static string? Look(LoadedModel model)
    {
        if (model is not OnnxModel { SubBatchRows: > 1 } onnx)
            return null; // a forest's rows stand alone, and so does a row that is a batch
        using var rows = MadeUpRows.Of(model);
        if (rows is null)
            return null;
        var isFixed = onnx.Inputs.FixedRows > 0;
        var looked = Math.Min(Looked, onnx.SubBatchRows / 2);
        var others = isFixed ? onnx.SubBatchRows - looked : Math.Min(Others, onnx.SubBatchRows - looked);
        if (looked + others > MadeUpRows.Rows)
            return null;
        // A batch of a fixed number of rows has company anyhow: then the others change from one run to the next.
        int[] alone = [.. Enumerable.Range(0, looked), .. isFixed ? Enumerable.Range(MadeUpRows.Rows - others, others) : []];
        int[] among = [.. Enumerable.Range(looked, others), .. Enumerable.Range(0, looked).Reverse()];
        try
        {
            using var executor = (OnnxExecutor)onnx.CreateExecutor();
            var first = Score(executor, rows, alone, 0);
            var second = Score(executor, rows, among, others);
            return first is null || second is null ? null : Difference(model, first, second, looked, others);
        }
        catch (BadInputException)
        {
            return null; // a model that refuses such rows is not to blame
        }
    }

    private static UnitPredictions? Score(OnnxExecutor executor, FeatureMatrix rows, int[] chosen, int enlarged)
    {
        using var gather = new RowGather([.. Enumerable.Range(0, rows.FeatureCount).Select(rows.Storage)], chosen.Length);
        var taken = gather.Take(rows, chosen);
        for (var feature = 0; feature < taken.FeatureCount; feature++)
        {
            if (taken.Storage(feature) == FeatureStorage.Float32)
            {
                foreach (ref var value in taken.Column(feature)[..enlarged])
                    value *= OtherScale;
            }
            else if (taken.Storage(feature) == FeatureStorage.Float64)
            {
                foreach (ref var value in taken.DoubleColumn(feature)[..enlarged])
                    value *= OtherScale;
            }
        }
        var block = new UnitPredictions(executor.Model.Outputs.Count, chosen.Length);
        return executor.ScoreTogether(taken, block) is null ? block : null;
    }

    private static string? Difference(LoadedModel model, UnitPredictions first, UnitPredictions second, int looked, int others)
    {
        var (largest, name) = (0.0, "");
        for (var column = 0; column < model.Outputs.Count; column++)
        {
            if (model.Outputs[column].Kind != OutputKind.Number || model.Outputs[column].Labels.Count > 0)
                continue;
            var scale = 0.0;
            for (var row = 0; row < looked; row++)
                scale = Math.Max(scale, float.IsFinite(first.Column(column)[row]) ? Math.Abs(first.Column(column)[row]) : 0);
            for (var row = 0; row < looked; row++)
            {
                var (alone, among) = (first.Column(column)[row], second.Column(column)[others + looked - 1 - row]);
                var share = alone.Equals(among) ? 0 : float.IsFinite(alone) && float.IsFinite(among) ? Math.Abs(alone - among) / Math.Max(scale, 1e-30) : 1;
                if (share > largest)
                    (largest, name) = (share, model.Outputs[column].Name);
            }
        }
        return largest <= Share ? null : string.Create(CultureInfo.InvariantCulture,
            $"The scores of a row depend on the other rows of its batch: among others, '{name}' of the same row came out different by {largest:P0} of its ")
            + "largest value. A row is therefore scored only within its whole unit, never taken over alone from an earlier run, and a row that is scored in "
            + "real time does not give what the batch gives.";
    }
}
