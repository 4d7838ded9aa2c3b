using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Tests.Execution;

/// <summary>What delta scoring rests on: a row's prediction has the same bits whatever rows stand beside it in its batch, and wherever it stands.</summary>
public sealed class RowCompanyTests
{
    private const int Rows = 2_300;

    [Theory]
    [InlineData("linear", "onnx")]
    [InlineData("sigmoid", "onnx")]
    [InlineData("classes_int", "onnx")]
    [InlineData("many_outputs", "onnx")]
    [InlineData("stump", "auto")]
    [InlineData("stump", "onnx")]
    public void Row_OfASmallModel_HasTheSameBitsInAnyCompany(string model, string engine) => Check(Fixture.Path(model), engine);

    [Theory]
    [InlineData("mlp", "auto")]
    [InlineData("logreg_gemm", "auto")]
    [InlineData("logreg_ml", "auto")]
    [InlineData("gbt_d6", "auto")]
    [InlineData("gbt_d6", "onnx")]
    [InlineData("hgb_l63", "auto")]
    public void Row_OfATrainedModel_HasTheSameBitsInAnyCompany(string model, string engine) => Check(Fixture.Shared($"models/{model}.onnx"), engine);

    private static void Check(string path, string engine)
    {
        var random = new Random(11);
        var signature = ExecutorFactory.Inspect(path);
        string[] names = signature.TakesOneMatrix ? [.. Enumerable.Range(0, (int)Math.Max(3, signature.Inputs[0].Shape[1])).Select(i => $"f{i}")]
            : [.. signature.Inputs.Select(i => i.Name)];
        using var model = ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Engine = engine });
        using var executor = model.CreateExecutor();
        using var all = new FeatureMatrix(names.Length, Rows) { Rows = Rows };
        for (var feature = 0; feature < names.Length; feature++)
        {
            foreach (ref var value in all.Column(feature))
                value = (float)((random.NextDouble() * 6) - 3);
        }

        var together = new UnitPredictions(executor.Model.Outputs.Count, Rows);
        executor.Score(all, together);
        using var other = model.CreateExecutor();
        foreach (var count in (int[])[1, 2, 3, 7, 31, 64, 65, 511, 513, 1_000, 2_299])
        {
            var picked = Enumerable.Range(0, count).Select(_ => random.Next(Rows)).ToArray();
            using var some = new FeatureMatrix(names.Length, Rows) { Rows = count };
            for (var feature = 0; feature < names.Length; feature++)
            {
                for (var row = 0; row < count; row++)
                    some.Column(feature)[row] = all.Column(feature)[picked[row]];
            }

            var apart = new UnitPredictions(executor.Model.Outputs.Count, Rows);
            other.Score(some, apart);
            for (var output = 0; output < together.OutputCount; output++)
                Assert.Equal(picked.Select(row => BitConverter.SingleToInt32Bits(together.Column(output)[row])), apart.Column(output).ToArray()
                    .Select(BitConverter.SingleToInt32Bits));
            if (model.GivesConfidence)
                Assert.Equal(picked.Select(row => BitConverter.SingleToInt32Bits(together.Confidence[row])), apart.Confidence.ToArray()
                    .Select(BitConverter.SingleToInt32Bits));
        }
    }
}
