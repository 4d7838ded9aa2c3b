using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Graphs;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Forests.Model;

/// <summary>Damaged models end in a named error or in scores, never in a crash or a hang.</summary>
public sealed class ForestFuzzTests
{
    private static readonly ForestShape s_shape = new(3, 3, 4, 0.2, 4, 20, true, true, 2, false);

    public static TheoryData<string> Operators => ["regressor", "classifier", "ensemble"];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Model_WithDamagedBytes_IsReadOrRefused(string op)
    {
        var whole = op switch
        {
            "regressor" => ForestOnnx.Regressor(RandomForests.Make(s_shape, withSets: false), 4, ForestAggregate.Sum, PostTransform.None, [1, 2]),
            "classifier" => ForestOnnx.Classifier(RandomForests.Make(s_shape, withSets: false), 4, PostTransform.Logistic, [], 2, true),
            _ => ForestOnnx.Ensemble(RandomForests.Make(s_shape with { OneTargetATree = true }, stopAtRoot: false), 4, ForestAggregate.Sum, PostTransform.None),
        };
        Gen.Int.Sample(seed =>
        {
            var damaged = Damage(whole, new Random(seed));
            try
            {
                var graph = OnnxGraph.Read(damaged, "damaged");
                foreach (var node in graph.Nodes.Where(ForestReader.IsForest))
                    _ = new ReadForest(node, "damaged");
                ColumnGraph.Of(graph, [], 4, "damaged");
            }
            catch (Exception expected) when (expected is BadInputException or NotUnderstoodException)
            {
            }
        }, iter: 2_000);
    }

    [Fact]
    public void Model_WithChangedAttributes_IsScoredOrRefused()
    {
        var (scored, refused) = (0, 0);
        Gen.Int.Sample(seed =>
        {
            if (IsScored(seed))
                Interlocked.Increment(ref scored);
            else
                Interlocked.Increment(ref refused);
        }, iter: 300);
        Assert.True(scored > 20 && refused > 20, $"{scored} scored, {refused} refused: the changes are too mild or too hard");
    }

    private static bool IsScored(int seed)
    {
        var random = new Random(seed);
        var forest = RawForest.Of(RandomForests.Make(s_shape with { Seed = seed }, withSets: false));
        for (var i = random.Next(1, 4); i > 0; i--)
            forest.Mutate(random);
        using var file = new TemporaryModel(forest.ToModel(4));
        try
        {
            using var model = ExecutorFactory.Open(file.Path, ["a", "b", "c", "d"]);
            using var features = new FeatureMatrix(4, 70) { Rows = 70 };
            using var executor = model.CreateExecutor();
            executor.Score(features, new UnitPredictions(executor.Model.Outputs.Count, 70));
            return true;
        }
        catch (BadInputException)
        {
            return false;
        }
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = random.Next(5) == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
        for (var i = random.Next(1, 6); i > 0 && bytes.Length > 0; i--)
        {
            ref var at = ref bytes[random.Next(bytes.Length)];
            at = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(at ^ (1 << random.Next(8))), _ => 0xFF };
        }
        return bytes;
    }
}
