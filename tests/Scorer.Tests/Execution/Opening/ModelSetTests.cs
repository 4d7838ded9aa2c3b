using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Forests.Graph;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Execution.Opening;

public sealed class ModelSetTests
{
    private static readonly string[] s_names = ["a", "b", "c", "d"];
    private static readonly ForestShape s_shape = new(21, 15, 5, 0.1, 4, 40, true, true, 1, true);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5_000)]
    public void Set_OfForestsAndAnotherModel_ScoresEachAsItWouldAlone(int rows)
    {
        using var files = new ModelFiles(
            ForestOnnx.Classifier(RandomForests.Make(s_shape with { Targets = 3, OneTargetATree = false }, withSets: false), 4, PostTransform.Softmax, [], 3,
                false),
            ForestOnnx.Regressor(RandomForests.Make(s_shape with { Seed = 22 }, withSets: false), 4, ForestAggregate.Average, PostTransform.None, [0.5f]),
            ForestOnnx.Regressor(RandomForests.Make(s_shape with { Seed = 23 }, ForestAggregate.Max, withSets: false), 4, ForestAggregate.Max,
                PostTransform.None, []),
            Scaled(),
            Sum());
        using var set = ModelSet.Of(Open(files.Paths[0]), [.. files.Paths.Skip(1).Select((p, i) => ($"m{i}", Open(p)))]);
        using var features = Rows(rows);
        using var together = set.CreateExecutor();
        var actual = new UnitPredictions(set.Outputs.Count, 1);
        together.Score(features, actual);

        Assert.Equal([0, 1, 3], set.Joined);
        Assert.Equal(["label", "y_0", "y_1", "y_2", "m0.y", "m1.y", "m2.y", "m3.y"], set.Outputs.Select(o => o.Name));
        var column = 0;
        foreach (var path in files.Paths)
        {
            using var model = Open(path);
            using var alone = model.CreateExecutor();
            var expected = new UnitPredictions(model.Outputs.Count, 1);
            alone.Score(features, expected);
            for (var i = 0; i < expected.OutputCount; i++)
                Assert.Equal(expected.Column(i), actual.Column(column++));
            if (path == files.Paths[0])
                Assert.Equal(expected.Confidence, actual.Confidence);
        }
    }

    [Fact]
    public void Set_WithTwoChallengersOfOneName_IsRefused()
    {
        using var files = new ModelFiles(Sum());
        Assert.Contains("the same name twice",
            Assert.Throws<BadInputException>(() => ModelSet.Of(Open(files.Paths[0]), [("m", Open(files.Paths[0])), ("m", Open(files.Paths[0]))])).Message,
            StringComparison.Ordinal);
    }

    private static LoadedModel Open(string path) => ExecutorFactory.Open(path, s_names);

    private static FeatureMatrix Rows(int rows)
    {
        var columns = RandomForests.Rows(s_shape with { Missing = false }, rows);
        var features = new FeatureMatrix(4, rows) { Rows = rows };
        for (var i = 0; i < 4; i++)
            columns[i].CopyTo(features.Column(i));
        return features;
    }

    private static byte[] Scaled() => new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 4)
        .Node("Scaler", OnnxNodes.Learner, ["x"], ["z"], OnnxModelWriter.Floats("offset", [0.5f]), OnnxModelWriter.Floats("scale", [2f])).Forest("z", "y")
            .Output("y", OnnxModelWriter.Float, -1, 1).ToArray();

    private static byte[] Sum() => new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 4).Constant("w", [1f, 2, 3, 4], 4, 1)
        .Node("MatMul", "", ["x", "w"], ["y"]).Output("y", OnnxModelWriter.Float, -1, 1).ToArray();

    private sealed class ModelFiles(params byte[][] models) : IDisposable
    {
        private readonly TemporaryModel[] _files = [.. models.Select(m => new TemporaryModel(m))];

        public string[] Paths => [.. _files.Select(f => f.Path)];

        public void Dispose()
        {
            foreach (var file in _files)
                file.Dispose();
        }
    }
}
